CREATE INDEX idx_printing_paper_created ON w_printing_paper (created_at DESC);
CREATE INDEX idx_printing_paper_tenant ON w_printing_paper (tenant_id);
CREATE INDEX idx_printing_paper_parent ON w_printing_paper (printing_print_job_id);
