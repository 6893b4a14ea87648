CREATE INDEX idx_location_site_price_created ON w_location_site_price (created_at DESC);
CREATE INDEX idx_location_site_price_tenant ON w_location_site_price (tenant_id);
CREATE INDEX idx_location_site_price_parent ON w_location_site_price (location_site_document_id);
