CREATE INDEX idx_organization_absence_price_created ON w_organization_absence_price (created_at DESC);
CREATE INDEX idx_organization_absence_price_tenant ON w_organization_absence_price (tenant_id);
CREATE INDEX idx_organization_absence_price_parent ON w_organization_absence_price (organization_absence_document_id);
CREATE INDEX idx_organization_absence_price_active ON w_organization_absence_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_organization_absence_price_metadata ON w_organization_absence_price USING gin (metadata);
