CREATE INDEX idx_accounting_payment_price_created ON w_accounting_payment_price (created_at DESC);
CREATE INDEX idx_accounting_payment_price_tenant ON w_accounting_payment_price (tenant_id);
CREATE INDEX idx_accounting_payment_price_parent ON w_accounting_payment_price (accounting_payment_document_id);
CREATE INDEX idx_accounting_payment_price_active ON w_accounting_payment_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_accounting_payment_price_metadata ON w_accounting_payment_price USING gin (metadata);
