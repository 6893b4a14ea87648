CREATE INDEX idx_organization_position_price_created ON w_organization_position_price (created_at DESC);
CREATE INDEX idx_organization_position_price_tenant ON w_organization_position_price (tenant_id);
CREATE INDEX idx_organization_position_price_parent ON w_organization_position_price (organization_position_document_id);
CREATE INDEX idx_organization_position_price_active ON w_organization_position_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_organization_position_price_metadata ON w_organization_position_price USING gin (metadata);
