CREATE INDEX idx_inventory_item_price_created ON w_inventory_item_price (created_at DESC);
CREATE INDEX idx_inventory_item_price_tenant ON w_inventory_item_price (tenant_id);
CREATE INDEX idx_inventory_item_price_parent ON w_inventory_item_price (inventory_item_document_id);
CREATE INDEX idx_inventory_item_price_metadata ON w_inventory_item_price USING gin (metadata);
