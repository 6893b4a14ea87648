CREATE INDEX idx_location_floor_price_created ON w_location_floor_price (created_at DESC);
CREATE INDEX idx_location_floor_price_tenant ON w_location_floor_price (tenant_id);
CREATE INDEX idx_location_floor_price_parent ON w_location_floor_price (location_floor_document_id);
CREATE INDEX idx_location_floor_price_active ON w_location_floor_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_location_floor_price_metadata ON w_location_floor_price USING gin (metadata);
