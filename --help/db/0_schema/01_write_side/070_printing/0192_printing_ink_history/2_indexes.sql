CREATE INDEX idx_printing_ink_history_created ON w_printing_ink_history (created_at DESC);
CREATE INDEX idx_printing_ink_history_tenant ON w_printing_ink_history (tenant_id);
CREATE INDEX idx_printing_ink_history_parent ON w_printing_ink_history (printing_ink_note_id);
CREATE INDEX idx_printing_ink_history_active ON w_printing_ink_history (lower(name)) WHERE status = 'active';
