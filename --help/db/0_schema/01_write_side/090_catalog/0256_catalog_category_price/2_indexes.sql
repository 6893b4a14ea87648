CREATE INDEX idx_catalog_category_price_created ON w_catalog_category_price (created_at DESC);
CREATE INDEX idx_catalog_category_price_tenant ON w_catalog_category_price (tenant_id);
CREATE INDEX idx_catalog_category_price_parent ON w_catalog_category_price (catalog_category_document_id);
CREATE INDEX idx_catalog_category_price_active ON w_catalog_category_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_catalog_category_price_metadata ON w_catalog_category_price USING gin (metadata);
