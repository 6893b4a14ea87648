
COMMENT ON TABLE w_location_site_document IS 'Write side: location site document';
COMMENT ON COLUMN w_location_site_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_site_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_site_document_updated
    BEFORE UPDATE ON w_location_site_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
