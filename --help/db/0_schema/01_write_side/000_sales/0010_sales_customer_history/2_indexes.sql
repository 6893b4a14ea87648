CREATE INDEX idx_sales_customer_history_created ON w_sales_customer_history (created_at DESC);
CREATE INDEX idx_sales_customer_history_tenant ON w_sales_customer_history (tenant_id);
CREATE INDEX idx_sales_customer_history_parent ON w_sales_customer_history (sales_customer_note_id);
CREATE INDEX idx_sales_customer_history_metadata ON w_sales_customer_history USING gin (metadata);
