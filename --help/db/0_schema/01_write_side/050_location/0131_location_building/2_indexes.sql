CREATE INDEX idx_location_building_created ON w_location_building (created_at DESC);
CREATE INDEX idx_location_building_tenant ON w_location_building (tenant_id);
CREATE INDEX idx_location_building_parent ON w_location_building (location_site_id);
CREATE INDEX idx_location_building_metadata ON w_location_building USING gin (metadata);
