CREATE INDEX idx_printing_print_job_created ON w_printing_print_job (created_at DESC);
CREATE INDEX idx_printing_print_job_tenant ON w_printing_print_job (tenant_id);
CREATE INDEX idx_printing_print_job_metadata ON w_printing_print_job USING gin (metadata);
