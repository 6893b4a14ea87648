CREATE INDEX idx_machine_incident_history_created ON w_machine_incident_history (created_at DESC);
CREATE INDEX idx_machine_incident_history_tenant ON w_machine_incident_history (tenant_id);
CREATE INDEX idx_machine_incident_history_parent ON w_machine_incident_history (machine_incident_note_id);
CREATE INDEX idx_machine_incident_history_active ON w_machine_incident_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_machine_incident_history_metadata ON w_machine_incident_history USING gin (metadata);
