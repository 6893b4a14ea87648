CREATE INDEX idx_location_room_history_created ON w_location_room_history (created_at DESC);
CREATE INDEX idx_location_room_history_tenant ON w_location_room_history (tenant_id);
CREATE INDEX idx_location_room_history_parent ON w_location_room_history (location_room_note_id);
CREATE INDEX idx_location_room_history_metadata ON w_location_room_history USING gin (metadata);
