CREATE INDEX idx_printing_finishing_created ON w_printing_finishing (created_at DESC);
CREATE INDEX idx_printing_finishing_tenant ON w_printing_finishing (tenant_id);
CREATE INDEX idx_printing_finishing_parent ON w_printing_finishing (printing_ink_id);
CREATE INDEX idx_printing_finishing_metadata ON w_printing_finishing USING gin (metadata);
