
COMMENT ON TABLE w_location_floor IS 'Write side: location floor';
COMMENT ON COLUMN w_location_floor.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_floor.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_floor_updated
    BEFORE UPDATE ON w_location_floor
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
