
COMMENT ON TABLE w_location_room_document IS 'Write side: location room document';
COMMENT ON COLUMN w_location_room_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_room_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_room_document_updated
    BEFORE UPDATE ON w_location_room_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
