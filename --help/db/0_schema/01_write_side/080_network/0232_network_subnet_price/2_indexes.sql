CREATE INDEX idx_network_subnet_price_created ON w_network_subnet_price (created_at DESC);
CREATE INDEX idx_network_subnet_price_tenant ON w_network_subnet_price (tenant_id);
CREATE INDEX idx_network_subnet_price_parent ON w_network_subnet_price (network_subnet_document_id);
CREATE INDEX idx_network_subnet_price_active ON w_network_subnet_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_network_subnet_price_metadata ON w_network_subnet_price USING gin (metadata);
