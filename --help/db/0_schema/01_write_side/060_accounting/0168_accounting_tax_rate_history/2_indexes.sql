CREATE INDEX idx_accounting_tax_rate_history_created ON w_accounting_tax_rate_history (created_at DESC);
CREATE INDEX idx_accounting_tax_rate_history_tenant ON w_accounting_tax_rate_history (tenant_id);
CREATE INDEX idx_accounting_tax_rate_history_parent ON w_accounting_tax_rate_history (accounting_tax_rate_note_id);
CREATE INDEX idx_accounting_tax_rate_history_active ON w_accounting_tax_rate_history (lower(name)) WHERE status = 'active';
