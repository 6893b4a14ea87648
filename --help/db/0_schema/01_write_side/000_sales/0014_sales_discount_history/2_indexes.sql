CREATE INDEX idx_sales_discount_history_created ON w_sales_discount_history (created_at DESC);
CREATE INDEX idx_sales_discount_history_tenant ON w_sales_discount_history (tenant_id);
CREATE INDEX idx_sales_discount_history_parent ON w_sales_discount_history (sales_discount_note_id);
CREATE INDEX idx_sales_discount_history_metadata ON w_sales_discount_history USING gin (metadata);
