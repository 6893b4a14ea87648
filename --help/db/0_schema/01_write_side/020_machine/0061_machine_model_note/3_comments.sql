
COMMENT ON TABLE w_machine_model_note IS 'Write side: machine model note';
COMMENT ON COLUMN w_machine_model_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_model_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_model_note_updated
    BEFORE UPDATE ON w_machine_model_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
