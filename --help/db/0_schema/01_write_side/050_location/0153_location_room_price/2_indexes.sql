CREATE INDEX idx_location_room_price_created ON w_location_room_price (created_at DESC);
CREATE INDEX idx_location_room_price_tenant ON w_location_room_price (tenant_id);
CREATE INDEX idx_location_room_price_parent ON w_location_room_price (location_room_document_id);
CREATE INDEX idx_location_room_price_metadata ON w_location_room_price USING gin (metadata);
