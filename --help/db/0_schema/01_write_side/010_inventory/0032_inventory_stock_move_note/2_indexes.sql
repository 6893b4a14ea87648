CREATE INDEX idx_inventory_stock_move_note_created ON w_inventory_stock_move_note (created_at DESC);
CREATE INDEX idx_inventory_stock_move_note_tenant ON w_inventory_stock_move_note (tenant_id);
CREATE INDEX idx_inventory_stock_move_note_parent ON w_inventory_stock_move_note (inventory_stock_move_id);
CREATE INDEX idx_inventory_stock_move_note_active ON w_inventory_stock_move_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_inventory_stock_move_note_metadata ON w_inventory_stock_move_note USING gin (metadata);
