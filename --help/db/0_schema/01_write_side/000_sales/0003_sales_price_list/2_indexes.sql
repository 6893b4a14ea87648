CREATE INDEX idx_sales_price_list_created ON w_sales_price_list (created_at DESC);
CREATE INDEX idx_sales_price_list_tenant ON w_sales_price_list (tenant_id);
CREATE INDEX idx_sales_price_list_parent ON w_sales_price_list (sales_quote_id);
CREATE INDEX idx_sales_price_list_metadata ON w_sales_price_list USING gin (metadata);
