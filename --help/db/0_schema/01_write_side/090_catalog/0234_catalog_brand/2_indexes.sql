CREATE INDEX idx_catalog_brand_created ON w_catalog_brand (created_at DESC);
CREATE INDEX idx_catalog_brand_tenant ON w_catalog_brand (tenant_id);
CREATE INDEX idx_catalog_brand_parent ON w_catalog_brand (network_firmware_link_id);
