CREATE INDEX idx_catalog_feature_note_created ON w_catalog_feature_note (created_at DESC);
CREATE INDEX idx_catalog_feature_note_tenant ON w_catalog_feature_note (tenant_id);
CREATE INDEX idx_catalog_feature_note_parent ON w_catalog_feature_note (catalog_feature_id);
CREATE INDEX idx_catalog_feature_note_metadata ON w_catalog_feature_note USING gin (metadata);
