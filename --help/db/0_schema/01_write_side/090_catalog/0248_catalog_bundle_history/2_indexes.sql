CREATE INDEX idx_catalog_bundle_history_created ON w_catalog_bundle_history (created_at DESC);
CREATE INDEX idx_catalog_bundle_history_tenant ON w_catalog_bundle_history (tenant_id);
CREATE INDEX idx_catalog_bundle_history_parent ON w_catalog_bundle_history (catalog_bundle_note_id);
CREATE INDEX idx_catalog_bundle_history_active ON w_catalog_bundle_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_catalog_bundle_history_metadata ON w_catalog_bundle_history USING gin (metadata);
