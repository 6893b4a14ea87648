CREATE INDEX idx_organization_position_created ON w_organization_position (created_at DESC);
CREATE INDEX idx_organization_position_tenant ON w_organization_position (tenant_id);
CREATE INDEX idx_organization_position_parent ON w_organization_position (organization_team_id);
CREATE INDEX idx_organization_position_active ON w_organization_position (lower(name)) WHERE status = 'active';
