
COMMENT ON TABLE w_contract_contract_history IS 'Write side: contract contract history';
COMMENT ON COLUMN w_contract_contract_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_contract_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_contract_history_updated
    BEFORE UPDATE ON w_contract_contract_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
