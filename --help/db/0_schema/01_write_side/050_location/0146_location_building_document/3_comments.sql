
COMMENT ON TABLE w_location_building_document IS 'Write side: location building document';
COMMENT ON COLUMN w_location_building_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_building_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_building_document_updated
    BEFORE UPDATE ON w_location_building_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
