
COMMENT ON TABLE w_location_floor_price IS 'Write side: location floor price';
COMMENT ON COLUMN w_location_floor_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_floor_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_floor_price_updated
    BEFORE UPDATE ON w_location_floor_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
