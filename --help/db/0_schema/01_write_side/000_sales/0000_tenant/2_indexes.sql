CREATE INDEX idx_tenant_created ON w_tenant (created_at DESC);
CREATE INDEX idx_tenant_active ON w_tenant (lower(name)) WHERE status = 'active';
