CREATE INDEX idx_network_probe_history_created ON w_network_probe_history (created_at DESC);
CREATE INDEX idx_network_probe_history_tenant ON w_network_probe_history (tenant_id);
CREATE INDEX idx_network_probe_history_parent ON w_network_probe_history (network_probe_note_id);
CREATE INDEX idx_network_probe_history_metadata ON w_network_probe_history USING gin (metadata);
