CREATE INDEX idx_inventory_item_history_created ON w_inventory_item_history (created_at DESC);
CREATE INDEX idx_inventory_item_history_tenant ON w_inventory_item_history (tenant_id);
CREATE INDEX idx_inventory_item_history_parent ON w_inventory_item_history (inventory_item_note_id);
CREATE INDEX idx_inventory_item_history_active ON w_inventory_item_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_inventory_item_history_metadata ON w_inventory_item_history USING gin (metadata);
