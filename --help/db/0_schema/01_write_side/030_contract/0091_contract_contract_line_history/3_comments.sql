
COMMENT ON TABLE w_contract_contract_line_history IS 'Write side: contract contract line history';
COMMENT ON COLUMN w_contract_contract_line_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_contract_line_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_contract_line_history_updated
    BEFORE UPDATE ON w_contract_contract_line_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
