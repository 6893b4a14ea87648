
COMMENT ON TABLE w_inventory_warehouse_price IS 'Write side: inventory warehouse price';
COMMENT ON COLUMN w_inventory_warehouse_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_warehouse_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_warehouse_price_updated
    BEFORE UPDATE ON w_inventory_warehouse_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
