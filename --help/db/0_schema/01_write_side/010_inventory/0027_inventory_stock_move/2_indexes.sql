CREATE INDEX idx_inventory_stock_move_created ON w_inventory_stock_move (created_at DESC);
CREATE INDEX idx_inventory_stock_move_tenant ON w_inventory_stock_move (tenant_id);
CREATE INDEX idx_inventory_stock_move_parent ON w_inventory_stock_move (inventory_warehouse_id);
CREATE INDEX idx_inventory_stock_move_metadata ON w_inventory_stock_move USING gin (metadata);
