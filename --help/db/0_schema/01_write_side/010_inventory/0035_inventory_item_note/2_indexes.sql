CREATE INDEX idx_inventory_item_note_created ON w_inventory_item_note (created_at DESC);
CREATE INDEX idx_inventory_item_note_tenant ON w_inventory_item_note (tenant_id);
CREATE INDEX idx_inventory_item_note_parent ON w_inventory_item_note (inventory_item_id);
CREATE INDEX idx_inventory_item_note_metadata ON w_inventory_item_note USING gin (metadata);
