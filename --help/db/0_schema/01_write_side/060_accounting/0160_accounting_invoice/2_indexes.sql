CREATE INDEX idx_accounting_invoice_created ON w_accounting_invoice (created_at DESC);
CREATE INDEX idx_accounting_invoice_tenant ON w_accounting_invoice (tenant_id);
CREATE INDEX idx_accounting_invoice_active ON w_accounting_invoice (lower(name)) WHERE status = 'active';
CREATE INDEX idx_accounting_invoice_metadata ON w_accounting_invoice USING gin (metadata);
