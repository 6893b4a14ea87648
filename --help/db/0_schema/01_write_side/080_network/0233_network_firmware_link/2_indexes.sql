CREATE INDEX idx_network_firmware_link_created ON w_network_firmware_link (created_at DESC);
CREATE INDEX idx_network_firmware_link_tenant ON w_network_firmware_link (tenant_id);
CREATE INDEX idx_network_firmware_link_parent ON w_network_firmware_link (network_firmware_price_id);
CREATE INDEX idx_network_firmware_link_metadata ON w_network_firmware_link USING gin (metadata);
