
COMMENT ON TABLE w_network_gateway_history IS 'Write side: network gateway history';
COMMENT ON COLUMN w_network_gateway_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_gateway_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_gateway_history_updated
    BEFORE UPDATE ON w_network_gateway_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
