CREATE INDEX idx_organization_team_created ON w_organization_team (created_at DESC);
CREATE INDEX idx_organization_team_tenant ON w_organization_team (tenant_id);
CREATE INDEX idx_organization_team_parent ON w_organization_team (organization_person_id);
CREATE INDEX idx_organization_team_metadata ON w_organization_team USING gin (metadata);
