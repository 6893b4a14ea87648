
COMMENT ON TABLE w_location_floor_document IS 'Write side: location floor document';
COMMENT ON COLUMN w_location_floor_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_floor_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_floor_document_updated
    BEFORE UPDATE ON w_location_floor_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
