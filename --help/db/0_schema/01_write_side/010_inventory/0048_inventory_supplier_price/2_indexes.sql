CREATE INDEX idx_inventory_supplier_price_created ON w_inventory_supplier_price (created_at DESC);
CREATE INDEX idx_inventory_supplier_price_tenant ON w_inventory_supplier_price (tenant_id);
CREATE INDEX idx_inventory_supplier_price_parent ON w_inventory_supplier_price (inventory_supplier_document_id);
CREATE INDEX idx_inventory_supplier_price_active ON w_inventory_supplier_price (lower(name)) WHERE status = 'active';
