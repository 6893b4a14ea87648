CREATE INDEX idx_location_address_note_created ON w_location_address_note (created_at DESC);
CREATE INDEX idx_location_address_note_tenant ON w_location_address_note (tenant_id);
CREATE INDEX idx_location_address_note_parent ON w_location_address_note (location_address_id);
