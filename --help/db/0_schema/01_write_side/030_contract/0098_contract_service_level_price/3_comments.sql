
COMMENT ON TABLE w_contract_service_level_price IS 'Write side: contract service level price';
COMMENT ON COLUMN w_contract_service_level_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_service_level_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_service_level_price_updated
    BEFORE UPDATE ON w_contract_service_level_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
