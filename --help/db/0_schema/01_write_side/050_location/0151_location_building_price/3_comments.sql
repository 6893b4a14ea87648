
COMMENT ON TABLE w_location_building_price IS 'Write side: location building price';
COMMENT ON COLUMN w_location_building_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_building_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_building_price_updated
    BEFORE UPDATE ON w_location_building_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
