
COMMENT ON TABLE w_location_site_note IS 'Write side: location site note';
COMMENT ON COLUMN w_location_site_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_site_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_site_note_updated
    BEFORE UPDATE ON w_location_site_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
