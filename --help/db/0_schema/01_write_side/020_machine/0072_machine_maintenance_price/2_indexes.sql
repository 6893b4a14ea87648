CREATE INDEX idx_machine_maintenance_price_created ON w_machine_maintenance_price (created_at DESC);
CREATE INDEX idx_machine_maintenance_price_tenant ON w_machine_maintenance_price (tenant_id);
CREATE INDEX idx_machine_maintenance_price_parent ON w_machine_maintenance_price (machine_maintenance_document_id);
CREATE INDEX idx_machine_maintenance_price_active ON w_machine_maintenance_price (lower(name)) WHERE status = 'active';
