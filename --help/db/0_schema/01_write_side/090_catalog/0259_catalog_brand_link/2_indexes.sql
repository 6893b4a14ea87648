CREATE INDEX idx_catalog_brand_link_created ON w_catalog_brand_link (created_at DESC);
CREATE INDEX idx_catalog_brand_link_tenant ON w_catalog_brand_link (tenant_id);
CREATE INDEX idx_catalog_brand_link_parent ON w_catalog_brand_link (catalog_brand_price_id);
