CREATE INDEX idx_sales_order_price_created ON w_sales_order_price (created_at DESC);
CREATE INDEX idx_sales_order_price_tenant ON w_sales_order_price (tenant_id);
CREATE INDEX idx_sales_order_price_parent ON w_sales_order_price (sales_order_document_id);
CREATE INDEX idx_sales_order_price_metadata ON w_sales_order_price USING gin (metadata);
