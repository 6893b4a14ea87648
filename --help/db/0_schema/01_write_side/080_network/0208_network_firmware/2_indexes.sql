CREATE INDEX idx_network_firmware_created ON w_network_firmware (created_at DESC);
CREATE INDEX idx_network_firmware_tenant ON w_network_firmware (tenant_id);
CREATE INDEX idx_network_firmware_parent ON w_network_firmware (printing_ink_link_id);
CREATE INDEX idx_network_firmware_active ON w_network_firmware (lower(name)) WHERE status = 'active';
CREATE INDEX idx_network_firmware_metadata ON w_network_firmware USING gin (metadata);
