CREATE INDEX idx_printing_print_job_document_created ON w_printing_print_job_document (created_at DESC);
CREATE INDEX idx_printing_print_job_document_tenant ON w_printing_print_job_document (tenant_id);
CREATE INDEX idx_printing_print_job_document_parent ON w_printing_print_job_document (printing_print_job_history_id);
CREATE INDEX idx_printing_print_job_document_active ON w_printing_print_job_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_printing_print_job_document_metadata ON w_printing_print_job_document USING gin (metadata);
