CREATE INDEX idx_accounting_ledger_created ON w_accounting_ledger (created_at DESC);
CREATE INDEX idx_accounting_ledger_tenant ON w_accounting_ledger (tenant_id);
CREATE INDEX idx_accounting_ledger_parent ON w_accounting_ledger (accounting_payment_id);
