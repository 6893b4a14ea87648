CREATE INDEX idx_accounting_budget_note_created ON w_accounting_budget_note (created_at DESC);
CREATE INDEX idx_accounting_budget_note_tenant ON w_accounting_budget_note (tenant_id);
CREATE INDEX idx_accounting_budget_note_parent ON w_accounting_budget_note (accounting_budget_id);
CREATE INDEX idx_accounting_budget_note_active ON w_accounting_budget_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_accounting_budget_note_metadata ON w_accounting_budget_note USING gin (metadata);
