CREATE INDEX idx_location_site_history_created ON w_location_site_history (created_at DESC);
CREATE INDEX idx_location_site_history_tenant ON w_location_site_history (tenant_id);
CREATE INDEX idx_location_site_history_parent ON w_location_site_history (location_site_note_id);
CREATE INDEX idx_location_site_history_active ON w_location_site_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_location_site_history_metadata ON w_location_site_history USING gin (metadata);
