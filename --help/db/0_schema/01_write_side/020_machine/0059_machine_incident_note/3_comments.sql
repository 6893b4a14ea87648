
COMMENT ON TABLE w_machine_incident_note IS 'Write side: machine incident note';
COMMENT ON COLUMN w_machine_incident_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_incident_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_incident_note_updated
    BEFORE UPDATE ON w_machine_incident_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
