
COMMENT ON TABLE w_machine_maintenance_price IS 'Write side: machine maintenance price';
COMMENT ON COLUMN w_machine_maintenance_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_price_updated
    BEFORE UPDATE ON w_machine_maintenance_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
