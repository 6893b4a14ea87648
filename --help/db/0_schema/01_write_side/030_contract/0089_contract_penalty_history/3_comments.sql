
COMMENT ON TABLE w_contract_penalty_history IS 'Write side: contract penalty history';
COMMENT ON COLUMN w_contract_penalty_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_penalty_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_penalty_history_updated
    BEFORE UPDATE ON w_contract_penalty_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
