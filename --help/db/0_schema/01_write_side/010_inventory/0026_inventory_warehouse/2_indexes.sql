CREATE INDEX idx_inventory_warehouse_created ON w_inventory_warehouse (created_at DESC);
CREATE INDEX idx_inventory_warehouse_tenant ON w_inventory_warehouse (tenant_id);
CREATE INDEX idx_inventory_warehouse_parent ON w_inventory_warehouse (sales_customer_link_id);
CREATE INDEX idx_inventory_warehouse_metadata ON w_inventory_warehouse USING gin (metadata);
