
COMMENT ON TABLE w_catalog_bundle IS 'Write side: catalog bundle';
COMMENT ON COLUMN w_catalog_bundle.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_bundle.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_bundle_updated
    BEFORE UPDATE ON w_catalog_bundle
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
