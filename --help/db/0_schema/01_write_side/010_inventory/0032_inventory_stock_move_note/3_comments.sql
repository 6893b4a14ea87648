
COMMENT ON TABLE w_inventory_stock_move_note IS 'Write side: inventory stock move note';
COMMENT ON COLUMN w_inventory_stock_move_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_stock_move_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_stock_move_note_updated
    BEFORE UPDATE ON w_inventory_stock_move_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
