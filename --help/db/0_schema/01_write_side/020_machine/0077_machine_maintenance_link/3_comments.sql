
COMMENT ON TABLE w_machine_maintenance_link IS 'Write side: machine maintenance link';
COMMENT ON COLUMN w_machine_maintenance_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_link_updated
    BEFORE UPDATE ON w_machine_maintenance_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
