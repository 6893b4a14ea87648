
COMMENT ON TABLE w_machine_model IS 'Write side: machine model';
COMMENT ON COLUMN w_machine_model.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_model.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_model_updated
    BEFORE UPDATE ON w_machine_model
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
