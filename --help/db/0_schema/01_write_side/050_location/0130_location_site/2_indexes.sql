CREATE INDEX idx_location_site_created ON w_location_site (created_at DESC);
CREATE INDEX idx_location_site_tenant ON w_location_site (tenant_id);
CREATE INDEX idx_location_site_metadata ON w_location_site USING gin (metadata);
