CREATE INDEX idx_machine_machine_created ON w_machine_machine (created_at DESC);
CREATE INDEX idx_machine_machine_tenant ON w_machine_machine (tenant_id);
