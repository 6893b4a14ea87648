CREATE INDEX idx_catalog_bundle_created ON w_catalog_bundle (created_at DESC);
CREATE INDEX idx_catalog_bundle_tenant ON w_catalog_bundle (tenant_id);
CREATE INDEX idx_catalog_bundle_parent ON w_catalog_bundle (catalog_feature_id);
CREATE INDEX idx_catalog_bundle_metadata ON w_catalog_bundle USING gin (metadata);
