CREATE INDEX idx_location_floor_note_created ON w_location_floor_note (created_at DESC);
CREATE INDEX idx_location_floor_note_tenant ON w_location_floor_note (tenant_id);
CREATE INDEX idx_location_floor_note_parent ON w_location_floor_note (location_floor_id);
CREATE INDEX idx_location_floor_note_metadata ON w_location_floor_note USING gin (metadata);
