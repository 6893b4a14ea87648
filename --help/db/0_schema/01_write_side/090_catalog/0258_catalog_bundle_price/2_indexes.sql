CREATE INDEX idx_catalog_bundle_price_created ON w_catalog_bundle_price (created_at DESC);
CREATE INDEX idx_catalog_bundle_price_tenant ON w_catalog_bundle_price (tenant_id);
CREATE INDEX idx_catalog_bundle_price_parent ON w_catalog_bundle_price (catalog_bundle_document_id);
