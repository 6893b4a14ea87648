CREATE INDEX idx_network_probe_price_created ON w_network_probe_price (created_at DESC);
CREATE INDEX idx_network_probe_price_tenant ON w_network_probe_price (tenant_id);
CREATE INDEX idx_network_probe_price_parent ON w_network_probe_price (network_probe_document_id);
