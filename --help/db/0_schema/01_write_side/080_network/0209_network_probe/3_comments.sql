
COMMENT ON TABLE w_network_probe IS 'Write side: network probe';
COMMENT ON COLUMN w_network_probe.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_probe.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_probe_updated
    BEFORE UPDATE ON w_network_probe
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
