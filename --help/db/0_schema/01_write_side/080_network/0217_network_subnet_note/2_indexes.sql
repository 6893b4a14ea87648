CREATE INDEX idx_network_subnet_note_created ON w_network_subnet_note (created_at DESC);
CREATE INDEX idx_network_subnet_note_tenant ON w_network_subnet_note (tenant_id);
CREATE INDEX idx_network_subnet_note_parent ON w_network_subnet_note (network_subnet_id);
