CREATE INDEX idx_contract_contract_price_created ON w_contract_contract_price (created_at DESC);
CREATE INDEX idx_contract_contract_price_tenant ON w_contract_contract_price (tenant_id);
CREATE INDEX idx_contract_contract_price_parent ON w_contract_contract_price (contract_contract_document_id);
CREATE INDEX idx_contract_contract_price_active ON w_contract_contract_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_contract_contract_price_metadata ON w_contract_contract_price USING gin (metadata);
