CREATE INDEX idx_sales_discount_created ON w_sales_discount (created_at DESC);
CREATE INDEX idx_sales_discount_tenant ON w_sales_discount (tenant_id);
CREATE INDEX idx_sales_discount_parent ON w_sales_discount (sales_price_list_id);
CREATE INDEX idx_sales_discount_active ON w_sales_discount (lower(name)) WHERE status = 'active';
CREATE INDEX idx_sales_discount_metadata ON w_sales_discount USING gin (metadata);
