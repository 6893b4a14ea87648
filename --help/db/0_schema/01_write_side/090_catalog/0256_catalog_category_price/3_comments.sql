
COMMENT ON TABLE w_catalog_category_price IS 'Write side: catalog category price';
COMMENT ON COLUMN w_catalog_category_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_category_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_category_price_updated
    BEFORE UPDATE ON w_catalog_category_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
