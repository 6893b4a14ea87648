
COMMENT ON TABLE w_machine_maintenance_note IS 'Write side: machine maintenance note';
COMMENT ON COLUMN w_machine_maintenance_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_note_updated
    BEFORE UPDATE ON w_machine_maintenance_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
