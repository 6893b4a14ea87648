CREATE INDEX idx_accounting_tax_rate_created ON w_accounting_tax_rate (created_at DESC);
CREATE INDEX idx_accounting_tax_rate_tenant ON w_accounting_tax_rate (tenant_id);
CREATE INDEX idx_accounting_tax_rate_parent ON w_accounting_tax_rate (accounting_ledger_id);
CREATE INDEX idx_accounting_tax_rate_metadata ON w_accounting_tax_rate USING gin (metadata);
