CREATE INDEX idx_sales_customer_note_created ON w_sales_customer_note (created_at DESC);
CREATE INDEX idx_sales_customer_note_tenant ON w_sales_customer_note (tenant_id);
CREATE INDEX idx_sales_customer_note_metadata ON w_sales_customer_note USING gin (metadata);
