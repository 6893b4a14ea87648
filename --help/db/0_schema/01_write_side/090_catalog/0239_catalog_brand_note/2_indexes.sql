CREATE INDEX idx_catalog_brand_note_created ON w_catalog_brand_note (created_at DESC);
CREATE INDEX idx_catalog_brand_note_tenant ON w_catalog_brand_note (tenant_id);
CREATE INDEX idx_catalog_brand_note_parent ON w_catalog_brand_note (catalog_brand_id);
CREATE INDEX idx_catalog_brand_note_metadata ON w_catalog_brand_note USING gin (metadata);
