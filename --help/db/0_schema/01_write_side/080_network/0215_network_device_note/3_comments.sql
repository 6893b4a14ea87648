
COMMENT ON TABLE w_network_device_note IS 'Write side: network device note';
COMMENT ON COLUMN w_network_device_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_device_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_device_note_updated
    BEFORE UPDATE ON w_network_device_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
