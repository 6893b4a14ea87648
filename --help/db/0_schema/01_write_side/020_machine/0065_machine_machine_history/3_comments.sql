
COMMENT ON TABLE w_machine_machine_history IS 'Write side: machine machine history';
COMMENT ON COLUMN w_machine_machine_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_machine_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_machine_history_updated
    BEFORE UPDATE ON w_machine_machine_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
