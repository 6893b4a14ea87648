CREATE INDEX idx_sales_quote_created ON w_sales_quote (created_at DESC);
CREATE INDEX idx_sales_quote_tenant ON w_sales_quote (tenant_id);
CREATE INDEX idx_sales_quote_parent ON w_sales_quote (sales_order_id);
CREATE INDEX idx_sales_quote_metadata ON w_sales_quote USING gin (metadata);
