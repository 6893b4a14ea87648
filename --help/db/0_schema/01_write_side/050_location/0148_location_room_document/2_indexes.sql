CREATE INDEX idx_location_room_document_created ON w_location_room_document (created_at DESC);
CREATE INDEX idx_location_room_document_tenant ON w_location_room_document (tenant_id);
CREATE INDEX idx_location_room_document_parent ON w_location_room_document (location_room_history_id);
CREATE INDEX idx_location_room_document_active ON w_location_room_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_location_room_document_metadata ON w_location_room_document USING gin (metadata);
