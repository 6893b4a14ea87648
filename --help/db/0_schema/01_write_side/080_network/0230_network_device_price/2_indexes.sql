CREATE INDEX idx_network_device_price_created ON w_network_device_price (created_at DESC);
CREATE INDEX idx_network_device_price_tenant ON w_network_device_price (tenant_id);
CREATE INDEX idx_network_device_price_parent ON w_network_device_price (network_device_document_id);
CREATE INDEX idx_network_device_price_metadata ON w_network_device_price USING gin (metadata);
