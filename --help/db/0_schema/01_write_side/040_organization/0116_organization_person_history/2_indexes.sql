CREATE INDEX idx_organization_person_history_created ON w_organization_person_history (created_at DESC);
CREATE INDEX idx_organization_person_history_tenant ON w_organization_person_history (tenant_id);
CREATE INDEX idx_organization_person_history_parent ON w_organization_person_history (organization_person_note_id);
CREATE INDEX idx_organization_person_history_active ON w_organization_person_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_organization_person_history_metadata ON w_organization_person_history USING gin (metadata);
