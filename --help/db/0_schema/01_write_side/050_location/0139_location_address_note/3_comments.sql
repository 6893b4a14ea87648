
COMMENT ON TABLE w_location_address_note IS 'Write side: location address note';
COMMENT ON COLUMN w_location_address_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_address_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_address_note_updated
    BEFORE UPDATE ON w_location_address_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
