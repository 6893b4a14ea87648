
COMMENT ON TABLE w_location_site_link IS 'Write side: location site link';
COMMENT ON COLUMN w_location_site_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_site_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_site_link_updated
    BEFORE UPDATE ON w_location_site_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
