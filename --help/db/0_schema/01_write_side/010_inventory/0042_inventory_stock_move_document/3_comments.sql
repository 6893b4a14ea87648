
COMMENT ON TABLE w_inventory_stock_move_document IS 'Write side: inventory stock move document';
COMMENT ON COLUMN w_inventory_stock_move_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_stock_move_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_stock_move_document_updated
    BEFORE UPDATE ON w_inventory_stock_move_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
