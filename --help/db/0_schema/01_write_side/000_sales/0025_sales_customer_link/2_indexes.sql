CREATE INDEX idx_sales_customer_link_created ON w_sales_customer_link (created_at DESC);
CREATE INDEX idx_sales_customer_link_tenant ON w_sales_customer_link (tenant_id);
CREATE INDEX idx_sales_customer_link_parent ON w_sales_customer_link (sales_customer_price_id);
