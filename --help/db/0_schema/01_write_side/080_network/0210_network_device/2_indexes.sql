CREATE INDEX idx_network_device_created ON w_network_device (created_at DESC);
CREATE INDEX idx_network_device_tenant ON w_network_device (tenant_id);
