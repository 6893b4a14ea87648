CREATE INDEX idx_location_floor_history_created ON w_location_floor_history (created_at DESC);
CREATE INDEX idx_location_floor_history_tenant ON w_location_floor_history (tenant_id);
CREATE INDEX idx_location_floor_history_parent ON w_location_floor_history (location_floor_note_id);
CREATE INDEX idx_location_floor_history_metadata ON w_location_floor_history USING gin (metadata);
