CREATE INDEX idx_organization_unit_created ON w_organization_unit (created_at DESC);
CREATE INDEX idx_organization_unit_tenant ON w_organization_unit (tenant_id);
CREATE INDEX idx_organization_unit_metadata ON w_organization_unit USING gin (metadata);
