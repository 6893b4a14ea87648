CREATE INDEX idx_accounting_ledger_document_created ON w_accounting_ledger_document (created_at DESC);
CREATE INDEX idx_accounting_ledger_document_tenant ON w_accounting_ledger_document (tenant_id);
CREATE INDEX idx_accounting_ledger_document_parent ON w_accounting_ledger_document (accounting_ledger_history_id);
CREATE INDEX idx_accounting_ledger_document_active ON w_accounting_ledger_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_accounting_ledger_document_metadata ON w_accounting_ledger_document USING gin (metadata);
