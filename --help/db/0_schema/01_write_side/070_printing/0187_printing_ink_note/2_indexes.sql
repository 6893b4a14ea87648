CREATE INDEX idx_printing_ink_note_created ON w_printing_ink_note (created_at DESC);
CREATE INDEX idx_printing_ink_note_tenant ON w_printing_ink_note (tenant_id);
CREATE INDEX idx_printing_ink_note_parent ON w_printing_ink_note (printing_ink_id);
