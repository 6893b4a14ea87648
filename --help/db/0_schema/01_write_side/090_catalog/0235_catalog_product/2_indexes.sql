CREATE INDEX idx_catalog_product_created ON w_catalog_product (created_at DESC);
CREATE INDEX idx_catalog_product_tenant ON w_catalog_product (tenant_id);
