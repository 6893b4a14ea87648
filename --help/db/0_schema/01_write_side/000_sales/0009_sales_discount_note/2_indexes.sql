CREATE INDEX idx_sales_discount_note_created ON w_sales_discount_note (created_at DESC);
CREATE INDEX idx_sales_discount_note_tenant ON w_sales_discount_note (tenant_id);
CREATE INDEX idx_sales_discount_note_parent ON w_sales_discount_note (sales_discount_id);
CREATE INDEX idx_sales_discount_note_metadata ON w_sales_discount_note USING gin (metadata);
