CREATE INDEX idx_inventory_delivery_created ON w_inventory_delivery (created_at DESC);
CREATE INDEX idx_inventory_delivery_tenant ON w_inventory_delivery (tenant_id);
CREATE INDEX idx_inventory_delivery_parent ON w_inventory_delivery (inventory_supplier_id);
CREATE INDEX idx_inventory_delivery_metadata ON w_inventory_delivery USING gin (metadata);
