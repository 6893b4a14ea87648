CREATE INDEX idx_machine_incident_note_created ON w_machine_incident_note (created_at DESC);
CREATE INDEX idx_machine_incident_note_tenant ON w_machine_incident_note (tenant_id);
CREATE INDEX idx_machine_incident_note_parent ON w_machine_incident_note (machine_incident_id);
CREATE INDEX idx_machine_incident_note_metadata ON w_machine_incident_note USING gin (metadata);
