CREATE INDEX idx_printing_paper_price_created ON w_printing_paper_price (created_at DESC);
CREATE INDEX idx_printing_paper_price_tenant ON w_printing_paper_price (tenant_id);
CREATE INDEX idx_printing_paper_price_parent ON w_printing_paper_price (printing_paper_document_id);
CREATE INDEX idx_printing_paper_price_metadata ON w_printing_paper_price USING gin (metadata);
