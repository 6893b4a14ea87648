CREATE INDEX idx_printing_ink_price_created ON w_printing_ink_price (created_at DESC);
CREATE INDEX idx_printing_ink_price_tenant ON w_printing_ink_price (tenant_id);
CREATE INDEX idx_printing_ink_price_parent ON w_printing_ink_price (printing_ink_document_id);
CREATE INDEX idx_printing_ink_price_metadata ON w_printing_ink_price USING gin (metadata);
