CREATE INDEX idx_sales_price_list_note_created ON w_sales_price_list_note (created_at DESC);
CREATE INDEX idx_sales_price_list_note_tenant ON w_sales_price_list_note (tenant_id);
CREATE INDEX idx_sales_price_list_note_parent ON w_sales_price_list_note (sales_price_list_id);
CREATE INDEX idx_sales_price_list_note_active ON w_sales_price_list_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_sales_price_list_note_metadata ON w_sales_price_list_note USING gin (metadata);
