
COMMENT ON TABLE w_contract_contract IS 'Write side: contract contract';
COMMENT ON COLUMN w_contract_contract.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_contract.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_contract_updated
    BEFORE UPDATE ON w_contract_contract
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
