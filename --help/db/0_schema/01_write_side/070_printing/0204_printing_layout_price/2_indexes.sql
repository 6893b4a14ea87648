CREATE INDEX idx_printing_layout_price_created ON w_printing_layout_price (created_at DESC);
CREATE INDEX idx_printing_layout_price_tenant ON w_printing_layout_price (tenant_id);
CREATE INDEX idx_printing_layout_price_parent ON w_printing_layout_price (printing_layout_document_id);
CREATE INDEX idx_printing_layout_price_active ON w_printing_layout_price (lower(name)) WHERE status = 'active';
