CREATE INDEX idx_network_device_history_created ON w_network_device_history (created_at DESC);
CREATE INDEX idx_network_device_history_tenant ON w_network_device_history (tenant_id);
CREATE INDEX idx_network_device_history_parent ON w_network_device_history (network_device_note_id);
CREATE INDEX idx_network_device_history_active ON w_network_device_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_network_device_history_metadata ON w_network_device_history USING gin (metadata);
