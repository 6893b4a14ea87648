CREATE INDEX idx_catalog_feature_document_created ON w_catalog_feature_document (created_at DESC);
CREATE INDEX idx_catalog_feature_document_tenant ON w_catalog_feature_document (tenant_id);
CREATE INDEX idx_catalog_feature_document_parent ON w_catalog_feature_document (catalog_feature_history_id);
CREATE INDEX idx_catalog_feature_document_active ON w_catalog_feature_document (lower(name)) WHERE status = 'active';
