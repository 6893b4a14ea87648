CREATE INDEX idx_location_room_note_created ON w_location_room_note (created_at DESC);
CREATE INDEX idx_location_room_note_tenant ON w_location_room_note (tenant_id);
CREATE INDEX idx_location_room_note_parent ON w_location_room_note (location_room_id);
