
COMMENT ON TABLE w_machine_meter_history IS 'Write side: machine meter history';
COMMENT ON COLUMN w_machine_meter_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_meter_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_meter_history_updated
    BEFORE UPDATE ON w_machine_meter_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
