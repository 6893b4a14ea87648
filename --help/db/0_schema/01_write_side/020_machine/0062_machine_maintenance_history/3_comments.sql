
COMMENT ON TABLE w_machine_maintenance_history IS 'Write side: machine maintenance history';
COMMENT ON COLUMN w_machine_maintenance_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_history_updated
    BEFORE UPDATE ON w_machine_maintenance_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
