
COMMENT ON TABLE w_network_probe_history IS 'Write side: network probe history';
COMMENT ON COLUMN w_network_probe_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_probe_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_probe_history_updated
    BEFORE UPDATE ON w_network_probe_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
