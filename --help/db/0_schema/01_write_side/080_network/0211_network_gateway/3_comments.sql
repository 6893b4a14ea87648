
COMMENT ON TABLE w_network_gateway IS 'Write side: network gateway';
COMMENT ON COLUMN w_network_gateway.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_gateway.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_gateway_updated
    BEFORE UPDATE ON w_network_gateway
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
