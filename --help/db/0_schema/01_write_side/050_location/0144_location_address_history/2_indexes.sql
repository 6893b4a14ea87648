CREATE INDEX idx_location_address_history_created ON w_location_address_history (created_at DESC);
CREATE INDEX idx_location_address_history_tenant ON w_location_address_history (tenant_id);
CREATE INDEX idx_location_address_history_parent ON w_location_address_history (location_address_note_id);
CREATE INDEX idx_location_address_history_active ON w_location_address_history (lower(name)) WHERE status = 'active';
