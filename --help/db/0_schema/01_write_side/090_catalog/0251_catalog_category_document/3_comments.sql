
COMMENT ON TABLE w_catalog_category_document IS 'Write side: catalog category document';
COMMENT ON COLUMN w_catalog_category_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_category_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_category_document_updated
    BEFORE UPDATE ON w_catalog_category_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
