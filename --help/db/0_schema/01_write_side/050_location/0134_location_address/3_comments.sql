
COMMENT ON TABLE w_location_address IS 'Write side: location address';
COMMENT ON COLUMN w_location_address.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_location_address.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_location_address_updated
    BEFORE UPDATE ON w_location_address
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
