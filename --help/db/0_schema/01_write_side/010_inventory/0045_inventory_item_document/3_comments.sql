
COMMENT ON TABLE w_inventory_item_document IS 'Write side: inventory item document';
COMMENT ON COLUMN w_inventory_item_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_item_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_item_document_updated
    BEFORE UPDATE ON w_inventory_item_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
