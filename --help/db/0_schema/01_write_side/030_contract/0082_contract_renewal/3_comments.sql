
COMMENT ON TABLE w_contract_renewal IS 'Write side: contract renewal';
COMMENT ON COLUMN w_contract_renewal.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_renewal.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_renewal_updated
    BEFORE UPDATE ON w_contract_renewal
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
