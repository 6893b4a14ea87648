
COMMENT ON TABLE w_location_building_history IS 'Write side: location building history';
COMMENT ON COLUMN w_location_building_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_building_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_building_history_updated
    BEFORE UPDATE ON w_location_building_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
