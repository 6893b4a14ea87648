CREATE INDEX idx_sales_order_history_created ON w_sales_order_history (created_at DESC);
CREATE INDEX idx_sales_order_history_tenant ON w_sales_order_history (tenant_id);
CREATE INDEX idx_sales_order_history_parent ON w_sales_order_history (sales_order_note_id);
CREATE INDEX idx_sales_order_history_metadata ON w_sales_order_history USING gin (metadata);
