
COMMENT ON TABLE w_network_subnet_history IS 'Write side: network subnet history';
COMMENT ON COLUMN w_network_subnet_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_subnet_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_subnet_history_updated
    BEFORE UPDATE ON w_network_subnet_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
