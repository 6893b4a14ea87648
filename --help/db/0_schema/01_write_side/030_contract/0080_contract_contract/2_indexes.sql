CREATE INDEX idx_contract_contract_created ON w_contract_contract (created_at DESC);
CREATE INDEX idx_contract_contract_tenant ON w_contract_contract (tenant_id);
CREATE INDEX idx_contract_contract_active ON w_contract_contract (lower(name)) WHERE status = 'active';
CREATE INDEX idx_contract_contract_metadata ON w_contract_contract USING gin (metadata);
