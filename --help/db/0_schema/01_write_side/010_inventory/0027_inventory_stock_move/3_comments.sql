
COMMENT ON TABLE w_inventory_stock_move IS 'Write side: inventory stock move';
COMMENT ON COLUMN w_inventory_stock_move.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_stock_move.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_stock_move_updated
    BEFORE UPDATE ON w_inventory_stock_move
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
