CREATE INDEX idx_inventory_supplier_created ON w_inventory_supplier (created_at DESC);
CREATE INDEX idx_inventory_supplier_tenant ON w_inventory_supplier (tenant_id);
CREATE INDEX idx_inventory_supplier_parent ON w_inventory_supplier (inventory_stock_move_id);
CREATE INDEX idx_inventory_supplier_active ON w_inventory_supplier (lower(name)) WHERE status = 'active';
CREATE INDEX idx_inventory_supplier_metadata ON w_inventory_supplier USING gin (metadata);
