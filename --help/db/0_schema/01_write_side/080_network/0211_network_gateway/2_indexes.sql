CREATE INDEX idx_network_gateway_created ON w_network_gateway (created_at DESC);
CREATE INDEX idx_network_gateway_tenant ON w_network_gateway (tenant_id);
CREATE INDEX idx_network_gateway_parent ON w_network_gateway (network_device_id);
