CREATE INDEX idx_sales_order_document_created ON w_sales_order_document (created_at DESC);
CREATE INDEX idx_sales_order_document_tenant ON w_sales_order_document (tenant_id);
CREATE INDEX idx_sales_order_document_parent ON w_sales_order_document (sales_order_history_id);
CREATE INDEX idx_sales_order_document_active ON w_sales_order_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_sales_order_document_metadata ON w_sales_order_document USING gin (metadata);
