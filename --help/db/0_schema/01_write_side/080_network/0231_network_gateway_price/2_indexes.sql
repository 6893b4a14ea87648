CREATE INDEX idx_network_gateway_price_created ON w_network_gateway_price (created_at DESC);
CREATE INDEX idx_network_gateway_price_tenant ON w_network_gateway_price (tenant_id);
CREATE INDEX idx_network_gateway_price_parent ON w_network_gateway_price (network_gateway_document_id);
CREATE INDEX idx_network_gateway_price_metadata ON w_network_gateway_price USING gin (metadata);
