CREATE INDEX idx_location_site_link_created ON w_location_site_link (created_at DESC);
CREATE INDEX idx_location_site_link_tenant ON w_location_site_link (tenant_id);
CREATE INDEX idx_location_site_link_parent ON w_location_site_link (location_site_price_id);
CREATE INDEX idx_location_site_link_metadata ON w_location_site_link USING gin (metadata);
