CREATE INDEX idx_printing_paper_note_created ON w_printing_paper_note (created_at DESC);
CREATE INDEX idx_printing_paper_note_tenant ON w_printing_paper_note (tenant_id);
CREATE INDEX idx_printing_paper_note_parent ON w_printing_paper_note (printing_paper_id);
CREATE INDEX idx_printing_paper_note_metadata ON w_printing_paper_note USING gin (metadata);
