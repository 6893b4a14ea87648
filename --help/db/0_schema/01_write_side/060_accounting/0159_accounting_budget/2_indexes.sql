CREATE INDEX idx_accounting_budget_created ON w_accounting_budget (created_at DESC);
CREATE INDEX idx_accounting_budget_tenant ON w_accounting_budget (tenant_id);
CREATE INDEX idx_accounting_budget_parent ON w_accounting_budget (accounting_tax_rate_id);
CREATE INDEX idx_accounting_budget_metadata ON w_accounting_budget USING gin (metadata);
