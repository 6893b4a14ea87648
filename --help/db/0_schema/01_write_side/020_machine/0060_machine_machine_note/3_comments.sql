
COMMENT ON TABLE w_machine_machine_note IS 'Write side: machine machine note';
COMMENT ON COLUMN w_machine_machine_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_machine_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_machine_note_updated
    BEFORE UPDATE ON w_machine_machine_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
