CREATE INDEX idx_sales_quote_document_created ON w_sales_quote_document (created_at DESC);
CREATE INDEX idx_sales_quote_document_tenant ON w_sales_quote_document (tenant_id);
CREATE INDEX idx_sales_quote_document_parent ON w_sales_quote_document (sales_quote_history_id);
CREATE INDEX idx_sales_quote_document_metadata ON w_sales_quote_document USING gin (metadata);
