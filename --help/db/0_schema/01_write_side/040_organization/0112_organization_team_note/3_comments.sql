
COMMENT ON TABLE w_organization_team_note IS 'Write side: organization team note';
COMMENT ON COLUMN w_organization_team_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_team_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_team_note_updated
    BEFORE UPDATE ON w_organization_team_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
