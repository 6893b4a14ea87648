
COMMENT ON TABLE w_catalog_brand_link IS 'Write side: catalog brand link';
COMMENT ON COLUMN w_catalog_brand_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_brand_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_brand_link_updated
    BEFORE UPDATE ON w_catalog_brand_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
