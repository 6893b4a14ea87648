CREATE INDEX idx_machine_meter_note_created ON w_machine_meter_note (created_at DESC);
CREATE INDEX idx_machine_meter_note_tenant ON w_machine_meter_note (tenant_id);
CREATE INDEX idx_machine_meter_note_parent ON w_machine_meter_note (machine_meter_id);
CREATE INDEX idx_machine_meter_note_metadata ON w_machine_meter_note USING gin (metadata);
