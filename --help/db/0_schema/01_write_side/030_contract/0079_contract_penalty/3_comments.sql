
COMMENT ON TABLE w_contract_penalty IS 'Write side: contract penalty';
COMMENT ON COLUMN w_contract_penalty.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_penalty.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_penalty_updated
    BEFORE UPDATE ON w_contract_penalty
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
