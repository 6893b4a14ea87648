
COMMENT ON TABLE w_network_subnet_price IS 'Write side: network subnet price';
COMMENT ON COLUMN w_network_subnet_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_subnet_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_subnet_price_updated
    BEFORE UPDATE ON w_network_subnet_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
