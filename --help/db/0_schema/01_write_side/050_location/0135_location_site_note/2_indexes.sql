CREATE INDEX idx_location_site_note_created ON w_location_site_note (created_at DESC);
CREATE INDEX idx_location_site_note_tenant ON w_location_site_note (tenant_id);
CREATE INDEX idx_location_site_note_parent ON w_location_site_note (location_site_id);
CREATE INDEX idx_location_site_note_metadata ON w_location_site_note USING gin (metadata);
