CREATE INDEX idx_organization_person_created ON w_organization_person (created_at DESC);
CREATE INDEX idx_organization_person_tenant ON w_organization_person (tenant_id);
CREATE INDEX idx_organization_person_parent ON w_organization_person (organization_unit_id);
CREATE INDEX idx_organization_person_metadata ON w_organization_person USING gin (metadata);
