CREATE INDEX idx_catalog_brand_price_created ON w_catalog_brand_price (created_at DESC);
CREATE INDEX idx_catalog_brand_price_tenant ON w_catalog_brand_price (tenant_id);
CREATE INDEX idx_catalog_brand_price_parent ON w_catalog_brand_price (catalog_brand_document_id);
CREATE INDEX idx_catalog_brand_price_metadata ON w_catalog_brand_price USING gin (metadata);
