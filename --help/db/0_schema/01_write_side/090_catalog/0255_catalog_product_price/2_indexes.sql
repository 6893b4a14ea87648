CREATE INDEX idx_catalog_product_price_created ON w_catalog_product_price (created_at DESC);
CREATE INDEX idx_catalog_product_price_tenant ON w_catalog_product_price (tenant_id);
CREATE INDEX idx_catalog_product_price_parent ON w_catalog_product_price (catalog_product_document_id);
CREATE INDEX idx_catalog_product_price_metadata ON w_catalog_product_price USING gin (metadata);
