CREATE INDEX idx_network_firmware_note_created ON w_network_firmware_note (created_at DESC);
CREATE INDEX idx_network_firmware_note_tenant ON w_network_firmware_note (tenant_id);
CREATE INDEX idx_network_firmware_note_parent ON w_network_firmware_note (network_firmware_id);
CREATE INDEX idx_network_firmware_note_metadata ON w_network_firmware_note USING gin (metadata);
