CREATE INDEX idx_location_room_created ON w_location_room (created_at DESC);
CREATE INDEX idx_location_room_tenant ON w_location_room (tenant_id);
CREATE INDEX idx_location_room_parent ON w_location_room (location_floor_id);
