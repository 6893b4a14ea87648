CREATE INDEX idx_network_probe_note_created ON w_network_probe_note (created_at DESC);
CREATE INDEX idx_network_probe_note_tenant ON w_network_probe_note (tenant_id);
CREATE INDEX idx_network_probe_note_parent ON w_network_probe_note (network_probe_id);
CREATE INDEX idx_network_probe_note_metadata ON w_network_probe_note USING gin (metadata);
