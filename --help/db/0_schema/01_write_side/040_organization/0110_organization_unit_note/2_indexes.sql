CREATE INDEX idx_organization_unit_note_created ON w_organization_unit_note (created_at DESC);
CREATE INDEX idx_organization_unit_note_tenant ON w_organization_unit_note (tenant_id);
CREATE INDEX idx_organization_unit_note_parent ON w_organization_unit_note (organization_unit_id);
CREATE INDEX idx_organization_unit_note_metadata ON w_organization_unit_note USING gin (metadata);
