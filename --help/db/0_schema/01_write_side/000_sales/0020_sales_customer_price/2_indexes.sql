CREATE INDEX idx_sales_customer_price_created ON w_sales_customer_price (created_at DESC);
CREATE INDEX idx_sales_customer_price_tenant ON w_sales_customer_price (tenant_id);
CREATE INDEX idx_sales_customer_price_parent ON w_sales_customer_price (sales_customer_document_id);
CREATE INDEX idx_sales_customer_price_active ON w_sales_customer_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_sales_customer_price_metadata ON w_sales_customer_price USING gin (metadata);
