CREATE INDEX idx_catalog_bundle_note_created ON w_catalog_bundle_note (created_at DESC);
CREATE INDEX idx_catalog_bundle_note_tenant ON w_catalog_bundle_note (tenant_id);
CREATE INDEX idx_catalog_bundle_note_parent ON w_catalog_bundle_note (catalog_bundle_id);
CREATE INDEX idx_catalog_bundle_note_metadata ON w_catalog_bundle_note USING gin (metadata);
