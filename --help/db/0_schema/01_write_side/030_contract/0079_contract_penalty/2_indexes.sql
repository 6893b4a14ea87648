CREATE INDEX idx_contract_penalty_created ON w_contract_penalty (created_at DESC);
CREATE INDEX idx_contract_penalty_tenant ON w_contract_penalty (tenant_id);
CREATE INDEX idx_contract_penalty_parent ON w_contract_penalty (contract_service_level_id);
