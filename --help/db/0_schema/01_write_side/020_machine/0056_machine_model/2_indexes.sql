CREATE INDEX idx_machine_model_created ON w_machine_model (created_at DESC);
CREATE INDEX idx_machine_model_tenant ON w_machine_model (tenant_id);
CREATE INDEX idx_machine_model_parent ON w_machine_model (machine_machine_id);
CREATE INDEX idx_machine_model_active ON w_machine_model (lower(name)) WHERE status = 'active';
CREATE INDEX idx_machine_model_metadata ON w_machine_model USING gin (metadata);
