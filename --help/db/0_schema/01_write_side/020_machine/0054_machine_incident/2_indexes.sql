CREATE INDEX idx_machine_incident_created ON w_machine_incident (created_at DESC);
CREATE INDEX idx_machine_incident_tenant ON w_machine_incident (tenant_id);
CREATE INDEX idx_machine_incident_parent ON w_machine_incident (machine_meter_id);
