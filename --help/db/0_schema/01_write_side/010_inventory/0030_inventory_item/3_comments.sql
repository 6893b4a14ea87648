
COMMENT ON TABLE w_inventory_item IS 'Write side: inventory item';
COMMENT ON COLUMN w_inventory_item.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_item.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_item_updated
    BEFORE UPDATE ON w_inventory_item
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
