
COMMENT ON TABLE w_contract_contract_line IS 'Write side: contract contract line';
COMMENT ON COLUMN w_contract_contract_line.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_contract_line.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_contract_line_updated
    BEFORE UPDATE ON w_contract_contract_line
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
