CREATE INDEX idx_machine_machine_note_created ON w_machine_machine_note (created_at DESC);
CREATE INDEX idx_machine_machine_note_tenant ON w_machine_machine_note (tenant_id);
CREATE INDEX idx_machine_machine_note_parent ON w_machine_machine_note (machine_machine_id);
CREATE INDEX idx_machine_machine_note_active ON w_machine_machine_note (lower(name)) WHERE status = 'active';
