CREATE INDEX idx_accounting_invoice_price_created ON w_accounting_invoice_price (created_at DESC);
CREATE INDEX idx_accounting_invoice_price_tenant ON w_accounting_invoice_price (tenant_id);
CREATE INDEX idx_accounting_invoice_price_parent ON w_accounting_invoice_price (accounting_invoice_document_id);
CREATE INDEX idx_accounting_invoice_price_active ON w_accounting_invoice_price (lower(name)) WHERE status = 'active';
