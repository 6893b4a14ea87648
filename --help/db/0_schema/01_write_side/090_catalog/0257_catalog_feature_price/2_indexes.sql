CREATE INDEX idx_catalog_feature_price_created ON w_catalog_feature_price (created_at DESC);
CREATE INDEX idx_catalog_feature_price_tenant ON w_catalog_feature_price (tenant_id);
CREATE INDEX idx_catalog_feature_price_parent ON w_catalog_feature_price (catalog_feature_document_id);
CREATE INDEX idx_catalog_feature_price_metadata ON w_catalog_feature_price USING gin (metadata);
