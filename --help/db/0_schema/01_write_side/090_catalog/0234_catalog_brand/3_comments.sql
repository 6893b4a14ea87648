
COMMENT ON TABLE w_catalog_brand IS 'Write side: catalog brand';
COMMENT ON COLUMN w_catalog_brand.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_brand.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_brand_updated
    BEFORE UPDATE ON w_catalog_brand
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
