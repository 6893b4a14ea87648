CREATE INDEX idx_printing_finishing_note_created ON w_printing_finishing_note (created_at DESC);
CREATE INDEX idx_printing_finishing_note_tenant ON w_printing_finishing_note (tenant_id);
CREATE INDEX idx_printing_finishing_note_parent ON w_printing_finishing_note (printing_finishing_id);
CREATE INDEX idx_printing_finishing_note_active ON w_printing_finishing_note (lower(name)) WHERE status = 'active';
CREATE INDEX idx_printing_finishing_note_metadata ON w_printing_finishing_note USING gin (metadata);
