
COMMENT ON TABLE w_catalog_bundle_history IS 'Write side: catalog bundle history';
COMMENT ON COLUMN w_catalog_bundle_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_bundle_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_bundle_history_updated
    BEFORE UPDATE ON w_catalog_bundle_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
