
COMMENT ON TABLE w_machine_model_history IS 'Write side: machine model history';
COMMENT ON COLUMN w_machine_model_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_model_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_model_history_updated
    BEFORE UPDATE ON w_machine_model_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
