CREATE INDEX idx_contract_renewal_history_created ON w_contract_renewal_history (created_at DESC);
CREATE INDEX idx_contract_renewal_history_tenant ON w_contract_renewal_history (tenant_id);
CREATE INDEX idx_contract_renewal_history_parent ON w_contract_renewal_history (contract_renewal_note_id);
CREATE INDEX idx_contract_renewal_history_active ON w_contract_renewal_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_contract_renewal_history_metadata ON w_contract_renewal_history USING gin (metadata);
