CREATE INDEX idx_inventory_warehouse_history_created ON w_inventory_warehouse_history (created_at DESC);
CREATE INDEX idx_inventory_warehouse_history_tenant ON w_inventory_warehouse_history (tenant_id);
CREATE INDEX idx_inventory_warehouse_history_parent ON w_inventory_warehouse_history (inventory_warehouse_note_id);
CREATE INDEX idx_inventory_warehouse_history_active ON w_inventory_warehouse_history (lower(name)) WHERE status = 'active';
