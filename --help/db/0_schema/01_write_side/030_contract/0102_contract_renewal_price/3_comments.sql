
COMMENT ON TABLE w_contract_renewal_price IS 'Write side: contract renewal price';
COMMENT ON COLUMN w_contract_renewal_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_renewal_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_renewal_price_updated
    BEFORE UPDATE ON w_contract_renewal_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
