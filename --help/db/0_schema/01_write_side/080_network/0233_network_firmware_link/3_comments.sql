
COMMENT ON TABLE w_network_firmware_link IS 'Write side: network firmware link';
COMMENT ON COLUMN w_network_firmware_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_firmware_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_firmware_link_updated
    BEFORE UPDATE ON w_network_firmware_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
