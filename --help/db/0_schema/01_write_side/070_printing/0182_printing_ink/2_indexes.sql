CREATE INDEX idx_printing_ink_created ON w_printing_ink (created_at DESC);
CREATE INDEX idx_printing_ink_tenant ON w_printing_ink (tenant_id);
CREATE INDEX idx_printing_ink_parent ON w_printing_ink (accounting_payment_link_id);
CREATE INDEX idx_printing_ink_metadata ON w_printing_ink USING gin (metadata);
