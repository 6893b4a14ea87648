
COMMENT ON TABLE w_inventory_warehouse IS 'Write side: inventory warehouse';
COMMENT ON COLUMN w_inventory_warehouse.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_warehouse.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_warehouse_updated
    BEFORE UPDATE ON w_inventory_warehouse
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
