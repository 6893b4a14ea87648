CREATE INDEX idx_inventory_item_created ON w_inventory_item (created_at DESC);
CREATE INDEX idx_inventory_item_tenant ON w_inventory_item (tenant_id);
