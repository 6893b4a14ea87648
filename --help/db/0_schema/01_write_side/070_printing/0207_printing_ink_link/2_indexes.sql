CREATE INDEX idx_printing_ink_link_created ON w_printing_ink_link (created_at DESC);
CREATE INDEX idx_printing_ink_link_tenant ON w_printing_ink_link (tenant_id);
CREATE INDEX idx_printing_ink_link_parent ON w_printing_ink_link (printing_ink_price_id);
CREATE INDEX idx_printing_ink_link_metadata ON w_printing_ink_link USING gin (metadata);
