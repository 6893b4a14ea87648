CREATE INDEX idx_catalog_product_note_created ON w_catalog_product_note (created_at DESC);
CREATE INDEX idx_catalog_product_note_tenant ON w_catalog_product_note (tenant_id);
CREATE INDEX idx_catalog_product_note_parent ON w_catalog_product_note (catalog_product_id);
CREATE INDEX idx_catalog_product_note_active ON w_catalog_product_note (lower(name)) WHERE status = 'active';
