
COMMENT ON TABLE w_catalog_category IS 'Write side: catalog category';
COMMENT ON COLUMN w_catalog_category.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_category.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_category_updated
    BEFORE UPDATE ON w_catalog_category
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
