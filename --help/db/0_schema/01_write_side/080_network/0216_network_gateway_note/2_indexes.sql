CREATE INDEX idx_network_gateway_note_created ON w_network_gateway_note (created_at DESC);
CREATE INDEX idx_network_gateway_note_tenant ON w_network_gateway_note (tenant_id);
CREATE INDEX idx_network_gateway_note_parent ON w_network_gateway_note (network_gateway_id);
CREATE INDEX idx_network_gateway_note_active ON w_network_gateway_note (lower(name)) WHERE status = 'active';
