CREATE INDEX idx_sales_order_created ON w_sales_order (created_at DESC);
CREATE INDEX idx_sales_order_tenant ON w_sales_order (tenant_id);
