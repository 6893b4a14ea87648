CREATE INDEX idx_sales_discount_price_created ON w_sales_discount_price (created_at DESC);
CREATE INDEX idx_sales_discount_price_tenant ON w_sales_discount_price (tenant_id);
CREATE INDEX idx_sales_discount_price_parent ON w_sales_discount_price (sales_discount_document_id);
CREATE INDEX idx_sales_discount_price_active ON w_sales_discount_price (lower(name)) WHERE status = 'active';
