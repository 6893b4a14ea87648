
COMMENT ON TABLE w_inventory_delivery IS 'Write side: inventory delivery';
COMMENT ON COLUMN w_inventory_delivery.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_delivery.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_delivery_updated
    BEFORE UPDATE ON w_inventory_delivery
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
