
COMMENT ON TABLE w_organization_absence_note IS 'Write side: organization absence note';
COMMENT ON COLUMN w_organization_absence_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_absence_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_absence_note_updated
    BEFORE UPDATE ON w_organization_absence_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
