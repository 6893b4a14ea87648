CREATE INDEX idx_sales_quote_price_created ON w_sales_quote_price (created_at DESC);
CREATE INDEX idx_sales_quote_price_tenant ON w_sales_quote_price (tenant_id);
CREATE INDEX idx_sales_quote_price_parent ON w_sales_quote_price (sales_quote_document_id);
CREATE INDEX idx_sales_quote_price_metadata ON w_sales_quote_price USING gin (metadata);
