CREATE INDEX idx_sales_quote_note_created ON w_sales_quote_note (created_at DESC);
CREATE INDEX idx_sales_quote_note_tenant ON w_sales_quote_note (tenant_id);
CREATE INDEX idx_sales_quote_note_parent ON w_sales_quote_note (sales_quote_id);
