CREATE INDEX idx_location_address_created ON w_location_address (created_at DESC);
CREATE INDEX idx_location_address_tenant ON w_location_address (tenant_id);
CREATE INDEX idx_location_address_parent ON w_location_address (location_room_id);
CREATE INDEX idx_location_address_metadata ON w_location_address USING gin (metadata);
