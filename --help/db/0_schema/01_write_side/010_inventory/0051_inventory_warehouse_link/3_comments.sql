
COMMENT ON TABLE w_inventory_warehouse_link IS 'Write side: inventory warehouse link';
COMMENT ON COLUMN w_inventory_warehouse_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_warehouse_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_warehouse_link_updated
    BEFORE UPDATE ON w_inventory_warehouse_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
