CREATE INDEX idx_inventory_delivery_document_created ON w_inventory_delivery_document (created_at DESC);
CREATE INDEX idx_inventory_delivery_document_tenant ON w_inventory_delivery_document (tenant_id);
CREATE INDEX idx_inventory_delivery_document_parent ON w_inventory_delivery_document (inventory_delivery_history_id);
CREATE INDEX idx_inventory_delivery_document_active ON w_inventory_delivery_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_inventory_delivery_document_metadata ON w_inventory_delivery_document USING gin (metadata);
