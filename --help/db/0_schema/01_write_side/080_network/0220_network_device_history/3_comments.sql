
COMMENT ON TABLE w_network_device_history IS 'Write side: network device history';
COMMENT ON COLUMN w_network_device_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_device_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_device_history_updated
    BEFORE UPDATE ON w_network_device_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
