CREATE INDEX idx_catalog_category_created ON w_catalog_category (created_at DESC);
CREATE INDEX idx_catalog_category_tenant ON w_catalog_category (tenant_id);
CREATE INDEX idx_catalog_category_parent ON w_catalog_category (catalog_product_id);
CREATE INDEX idx_catalog_category_active ON w_catalog_category (lower(name)) WHERE status = 'active';
CREATE INDEX idx_catalog_category_metadata ON w_catalog_category USING gin (metadata);
