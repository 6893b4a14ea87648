CREATE INDEX idx_machine_meter_history_created ON w_machine_meter_history (created_at DESC);
CREATE INDEX idx_machine_meter_history_tenant ON w_machine_meter_history (tenant_id);
CREATE INDEX idx_machine_meter_history_parent ON w_machine_meter_history (machine_meter_note_id);
CREATE INDEX idx_machine_meter_history_metadata ON w_machine_meter_history USING gin (metadata);
