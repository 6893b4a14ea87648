CREATE INDEX idx_printing_layout_created ON w_printing_layout (created_at DESC);
CREATE INDEX idx_printing_layout_tenant ON w_printing_layout (tenant_id);
CREATE INDEX idx_printing_layout_parent ON w_printing_layout (printing_finishing_id);
CREATE INDEX idx_printing_layout_active ON w_printing_layout (lower(name)) WHERE status = 'active';
CREATE INDEX idx_printing_layout_metadata ON w_printing_layout USING gin (metadata);
