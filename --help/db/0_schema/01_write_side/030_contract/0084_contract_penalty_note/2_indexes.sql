CREATE INDEX idx_contract_penalty_note_created ON w_contract_penalty_note (created_at DESC);
CREATE INDEX idx_contract_penalty_note_tenant ON w_contract_penalty_note (tenant_id);
CREATE INDEX idx_contract_penalty_note_parent ON w_contract_penalty_note (contract_penalty_id);
CREATE INDEX idx_contract_penalty_note_active ON w_contract_penalty_note (lower(name)) WHERE status = 'active';
