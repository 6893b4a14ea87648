CREATE INDEX idx_network_device_note_created ON w_network_device_note (created_at DESC);
CREATE INDEX idx_network_device_note_tenant ON w_network_device_note (tenant_id);
CREATE INDEX idx_network_device_note_parent ON w_network_device_note (network_device_id);
CREATE INDEX idx_network_device_note_metadata ON w_network_device_note USING gin (metadata);
