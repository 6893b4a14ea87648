CREATE INDEX idx_network_probe_document_created ON w_network_probe_document (created_at DESC);
CREATE INDEX idx_network_probe_document_tenant ON w_network_probe_document (tenant_id);
CREATE INDEX idx_network_probe_document_parent ON w_network_probe_document (network_probe_history_id);
CREATE INDEX idx_network_probe_document_active ON w_network_probe_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_network_probe_document_metadata ON w_network_probe_document USING gin (metadata);
