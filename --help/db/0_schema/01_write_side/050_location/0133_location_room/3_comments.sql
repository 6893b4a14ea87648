
COMMENT ON TABLE w_location_room IS 'Write side: location room';
COMMENT ON COLUMN w_location_room.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_room.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_room_updated
    BEFORE UPDATE ON w_location_room
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
