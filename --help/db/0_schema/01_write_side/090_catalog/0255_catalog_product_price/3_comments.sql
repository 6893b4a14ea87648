
COMMENT ON TABLE w_catalog_product_price IS 'Write side: catalog product price';
COMMENT ON COLUMN w_catalog_product_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_product_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_product_price_updated
    BEFORE UPDATE ON w_catalog_product_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
