CREATE INDEX idx_machine_meter_created ON w_machine_meter (created_at DESC);
CREATE INDEX idx_machine_meter_tenant ON w_machine_meter (tenant_id);
CREATE INDEX idx_machine_meter_parent ON w_machine_meter (machine_maintenance_id);
CREATE INDEX idx_machine_meter_metadata ON w_machine_meter USING gin (metadata);
