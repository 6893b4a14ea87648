CREATE INDEX idx_printing_layout_note_created ON w_printing_layout_note (created_at DESC);
CREATE INDEX idx_printing_layout_note_tenant ON w_printing_layout_note (tenant_id);
CREATE INDEX idx_printing_layout_note_parent ON w_printing_layout_note (printing_layout_id);
CREATE INDEX idx_printing_layout_note_metadata ON w_printing_layout_note USING gin (metadata);
