CREATE INDEX idx_organization_team_note_created ON w_organization_team_note (created_at DESC);
CREATE INDEX idx_organization_team_note_tenant ON w_organization_team_note (tenant_id);
CREATE INDEX idx_organization_team_note_parent ON w_organization_team_note (organization_team_id);
CREATE INDEX idx_organization_team_note_active ON w_organization_team_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_organization_team_note_metadata ON w_organization_team_note USING gin (metadata);
