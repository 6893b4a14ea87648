CREATE INDEX idx_contract_renewal_created ON w_contract_renewal (created_at DESC);
CREATE INDEX idx_contract_renewal_tenant ON w_contract_renewal (tenant_id);
CREATE INDEX idx_contract_renewal_parent ON w_contract_renewal (contract_contract_line_id);
CREATE INDEX idx_contract_renewal_metadata ON w_contract_renewal USING gin (metadata);
