CREATE INDEX idx_network_probe_created ON w_network_probe (created_at DESC);
CREATE INDEX idx_network_probe_tenant ON w_network_probe (tenant_id);
CREATE INDEX idx_network_probe_parent ON w_network_probe (network_firmware_id);
CREATE INDEX idx_network_probe_metadata ON w_network_probe USING gin (metadata);
