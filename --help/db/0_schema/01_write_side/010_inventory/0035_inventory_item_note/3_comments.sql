
COMMENT ON TABLE w_inventory_item_note IS 'Write side: inventory item note';
COMMENT ON COLUMN w_inventory_item_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_item_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_item_note_updated
    BEFORE UPDATE ON w_inventory_item_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
