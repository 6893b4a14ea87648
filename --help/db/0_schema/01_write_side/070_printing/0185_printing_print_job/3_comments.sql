
COMMENT ON TABLE w_printing_print_job IS 'Write side: printing print job';
COMMENT ON COLUMN w_printing_print_job.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_print_job.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_print_job_updated
    BEFORE UPDATE ON w_printing_print_job
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
