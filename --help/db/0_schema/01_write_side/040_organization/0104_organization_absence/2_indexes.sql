CREATE INDEX idx_organization_absence_created ON w_organization_absence (created_at DESC);
CREATE INDEX idx_organization_absence_tenant ON w_organization_absence (tenant_id);
CREATE INDEX idx_organization_absence_parent ON w_organization_absence (contract_service_level_link_id);
CREATE INDEX idx_organization_absence_active ON w_organization_absence (lower(name)) WHERE status = 'active';
CREATE INDEX idx_organization_absence_metadata ON w_organization_absence USING gin (metadata);
