CREATE INDEX idx_machine_model_note_created ON w_machine_model_note (created_at DESC);
CREATE INDEX idx_machine_model_note_tenant ON w_machine_model_note (tenant_id);
CREATE INDEX idx_machine_model_note_parent ON w_machine_model_note (machine_model_id);
