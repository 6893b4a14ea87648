CREATE INDEX idx_network_firmware_price_created ON w_network_firmware_price (created_at DESC);
CREATE INDEX idx_network_firmware_price_tenant ON w_network_firmware_price (tenant_id);
CREATE INDEX idx_network_firmware_price_parent ON w_network_firmware_price (network_firmware_document_id);
CREATE INDEX idx_network_firmware_price_active ON w_network_firmware_price (lower(name)) WHERE status = 'active';
