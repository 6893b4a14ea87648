
COMMENT ON TABLE w_network_device IS 'Write side: network device';
COMMENT ON COLUMN w_network_device.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_device.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_device_updated
    BEFORE UPDATE ON w_network_device
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
