CREATE INDEX idx_sales_order_note_created ON w_sales_order_note (created_at DESC);
CREATE INDEX idx_sales_order_note_tenant ON w_sales_order_note (tenant_id);
CREATE INDEX idx_sales_order_note_parent ON w_sales_order_note (sales_order_id);
