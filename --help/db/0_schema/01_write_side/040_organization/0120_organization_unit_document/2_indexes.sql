CREATE INDEX idx_organization_unit_document_created ON w_organization_unit_document (created_at DESC);
CREATE INDEX idx_organization_unit_document_tenant ON w_organization_unit_document (tenant_id);
CREATE INDEX idx_organization_unit_document_parent ON w_organization_unit_document (organization_unit_history_id);
CREATE INDEX idx_organization_unit_document_active ON w_organization_unit_document (lower(name)) WHERE status = 'active';
