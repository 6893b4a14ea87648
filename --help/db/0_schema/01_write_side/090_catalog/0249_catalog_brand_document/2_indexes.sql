CREATE INDEX idx_catalog_brand_document_created ON w_catalog_brand_document (created_at DESC);
CREATE INDEX idx_catalog_brand_document_tenant ON w_catalog_brand_document (tenant_id);
CREATE INDEX idx_catalog_brand_document_parent ON w_catalog_brand_document (catalog_brand_history_id);
CREATE INDEX idx_catalog_brand_document_metadata ON w_catalog_brand_document USING gin (metadata);
