CREATE INDEX idx_contract_contract_line_created ON w_contract_contract_line (created_at DESC);
CREATE INDEX idx_contract_contract_line_tenant ON w_contract_contract_line (tenant_id);
CREATE INDEX idx_contract_contract_line_parent ON w_contract_contract_line (contract_contract_id);
CREATE INDEX idx_contract_contract_line_metadata ON w_contract_contract_line USING gin (metadata);
