CREATE INDEX idx_catalog_feature_created ON w_catalog_feature (created_at DESC);
CREATE INDEX idx_catalog_feature_tenant ON w_catalog_feature (tenant_id);
CREATE INDEX idx_catalog_feature_parent ON w_catalog_feature (catalog_category_id);
CREATE INDEX idx_catalog_feature_metadata ON w_catalog_feature USING gin (metadata);
