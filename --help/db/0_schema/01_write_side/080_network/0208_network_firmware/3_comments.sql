
COMMENT ON TABLE w_network_firmware IS 'Write side: network firmware';
COMMENT ON COLUMN w_network_firmware.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_firmware.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_firmware_updated
    BEFORE UPDATE ON w_network_firmware
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
