CREATE INDEX idx_contract_renewal_note_created ON w_contract_renewal_note (created_at DESC);
CREATE INDEX idx_contract_renewal_note_tenant ON w_contract_renewal_note (tenant_id);
CREATE INDEX idx_contract_renewal_note_parent ON w_contract_renewal_note (contract_renewal_id);
CREATE INDEX idx_contract_renewal_note_metadata ON w_contract_renewal_note USING gin (metadata);
