CREATE INDEX idx_accounting_payment_created ON w_accounting_payment (created_at DESC);
CREATE INDEX idx_accounting_payment_tenant ON w_accounting_payment (tenant_id);
CREATE INDEX idx_accounting_payment_parent ON w_accounting_payment (location_site_link_id);
CREATE INDEX idx_accounting_payment_active ON w_accounting_payment (lower(name)) WHERE status = 'active';
