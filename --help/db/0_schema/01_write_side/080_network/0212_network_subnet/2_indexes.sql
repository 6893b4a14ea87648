CREATE INDEX idx_network_subnet_created ON w_network_subnet (created_at DESC);
CREATE INDEX idx_network_subnet_tenant ON w_network_subnet (tenant_id);
CREATE INDEX idx_network_subnet_parent ON w_network_subnet (network_gateway_id);
CREATE INDEX idx_network_subnet_active ON w_network_subnet (lower(name)) WHERE status = 'active';
CREATE INDEX idx_network_subnet_metadata ON w_network_subnet USING gin (metadata);
