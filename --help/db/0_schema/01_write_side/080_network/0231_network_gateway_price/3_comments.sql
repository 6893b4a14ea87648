
COMMENT ON TABLE w_network_gateway_price IS 'Write side: network gateway price';
COMMENT ON COLUMN w_network_gateway_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_gateway_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_gateway_price_updated
    BEFORE UPDATE ON w_network_gateway_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
