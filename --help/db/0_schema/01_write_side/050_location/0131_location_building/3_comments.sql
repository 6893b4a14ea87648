
COMMENT ON TABLE w_location_building IS 'Write side: location building';
COMMENT ON COLUMN w_location_building.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_building.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_building_updated
    BEFORE UPDATE ON w_location_building
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
