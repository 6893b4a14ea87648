CREATE INDEX idx_catalog_brand_history_created ON w_catalog_brand_history (created_at DESC);
CREATE INDEX idx_catalog_brand_history_tenant ON w_catalog_brand_history (tenant_id);
CREATE INDEX idx_catalog_brand_history_parent ON w_catalog_brand_history (catalog_brand_note_id);
CREATE INDEX idx_catalog_brand_history_active ON w_catalog_brand_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_catalog_brand_history_metadata ON w_catalog_brand_history USING gin (metadata);
