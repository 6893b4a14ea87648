
COMMENT ON TABLE w_inventory_stock_move_price IS 'Write side: inventory stock move price';
COMMENT ON COLUMN w_inventory_stock_move_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_stock_move_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_stock_move_price_updated
    BEFORE UPDATE ON w_inventory_stock_move_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
