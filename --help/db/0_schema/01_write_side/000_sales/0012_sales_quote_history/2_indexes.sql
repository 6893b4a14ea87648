CREATE INDEX idx_sales_quote_history_created ON w_sales_quote_history (created_at DESC);
CREATE INDEX idx_sales_quote_history_tenant ON w_sales_quote_history (tenant_id);
CREATE INDEX idx_sales_quote_history_parent ON w_sales_quote_history (sales_quote_note_id);
CREATE INDEX idx_sales_quote_history_active ON w_sales_quote_history (lower(name)) WHERE status = 'active';
