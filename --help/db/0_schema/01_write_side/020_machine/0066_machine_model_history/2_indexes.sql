CREATE INDEX idx_machine_model_history_created ON w_machine_model_history (created_at DESC);
CREATE INDEX idx_machine_model_history_tenant ON w_machine_model_history (tenant_id);
CREATE INDEX idx_machine_model_history_parent ON w_machine_model_history (machine_model_note_id);
