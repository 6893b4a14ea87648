CREATE INDEX idx_printing_paper_history_created ON w_printing_paper_history (created_at DESC);
CREATE INDEX idx_printing_paper_history_tenant ON w_printing_paper_history (tenant_id);
CREATE INDEX idx_printing_paper_history_parent ON w_printing_paper_history (printing_paper_note_id);
CREATE INDEX idx_printing_paper_history_active ON w_printing_paper_history (lower(name)) WHERE status = 'active';
CREATE INDEX idx_printing_paper_history_metadata ON w_printing_paper_history USING gin (metadata);
