CREATE INDEX idx_catalog_category_note_created ON w_catalog_category_note (created_at DESC);
CREATE INDEX idx_catalog_category_note_tenant ON w_catalog_category_note (tenant_id);
CREATE INDEX idx_catalog_category_note_parent ON w_catalog_category_note (catalog_category_id);
