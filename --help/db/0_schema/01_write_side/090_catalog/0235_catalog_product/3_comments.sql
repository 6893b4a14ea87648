
COMMENT ON TABLE w_catalog_product IS 'Write side: catalog product';
COMMENT ON COLUMN w_catalog_product.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_product.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_product_updated
    BEFORE UPDATE ON w_catalog_product
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
