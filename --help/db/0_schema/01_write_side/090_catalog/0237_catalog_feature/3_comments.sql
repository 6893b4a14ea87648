
COMMENT ON TABLE w_catalog_feature IS 'Write side: catalog feature';
COMMENT ON COLUMN w_catalog_feature.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_feature.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_feature_updated
    BEFORE UPDATE ON w_catalog_feature
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
