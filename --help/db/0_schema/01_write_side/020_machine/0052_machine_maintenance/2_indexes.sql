CREATE INDEX idx_machine_maintenance_created ON w_machine_maintenance (created_at DESC);
CREATE INDEX idx_machine_maintenance_tenant ON w_machine_maintenance (tenant_id);
CREATE INDEX idx_machine_maintenance_parent ON w_machine_maintenance (inventory_warehouse_link_id);
CREATE INDEX idx_machine_maintenance_active ON w_machine_maintenance (lower(name)) WHERE status = 'active';
CREATE INDEX idx_machine_maintenance_metadata ON w_machine_maintenance USING gin (metadata);
