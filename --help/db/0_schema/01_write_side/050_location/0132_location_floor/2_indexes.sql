CREATE INDEX idx_location_floor_created ON w_location_floor (created_at DESC);
CREATE INDEX idx_location_floor_tenant ON w_location_floor (tenant_id);
CREATE INDEX idx_location_floor_parent ON w_location_floor (location_building_id);
CREATE INDEX idx_location_floor_active ON w_location_floor (lower(name)) WHERE status = 'active';
