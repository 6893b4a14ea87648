
COMMENT ON TABLE w_network_device_price IS 'Write side: network device price';
COMMENT ON COLUMN w_network_device_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_device_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_device_price_updated
    BEFORE UPDATE ON w_network_device_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
