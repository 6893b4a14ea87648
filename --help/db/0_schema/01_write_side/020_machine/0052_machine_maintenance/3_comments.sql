
COMMENT ON TABLE w_machine_maintenance IS 'Write side: machine maintenance';
COMMENT ON COLUMN w_machine_maintenance.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_updated
    BEFORE UPDATE ON w_machine_maintenance
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
