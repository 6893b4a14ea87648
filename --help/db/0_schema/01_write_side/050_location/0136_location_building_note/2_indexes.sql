CREATE INDEX idx_location_building_note_created ON w_location_building_note (created_at DESC);
CREATE INDEX idx_location_building_note_tenant ON w_location_building_note (tenant_id);
CREATE INDEX idx_location_building_note_parent ON w_location_building_note (location_building_id);
CREATE INDEX idx_location_building_note_active ON w_location_building_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_location_building_note_metadata ON w_location_building_note USING gin (metadata);
