
COMMENT ON TABLE w_network_subnet IS 'Write side: network subnet';
COMMENT ON COLUMN w_network_subnet.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_subnet.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_subnet_updated
    BEFORE UPDATE ON w_network_subnet
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
