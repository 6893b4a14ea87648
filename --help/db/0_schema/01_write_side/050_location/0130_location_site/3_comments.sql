
COMMENT ON TABLE w_location_site IS 'Write side: location site';
COMMENT ON COLUMN w_location_site.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_site.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_site_updated
    BEFORE UPDATE ON w_location_site
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
