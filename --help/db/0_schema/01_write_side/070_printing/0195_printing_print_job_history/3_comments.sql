
COMMENT ON TABLE w_printing_print_job_history IS 'Write side: printing print job history';
COMMENT ON COLUMN w_printing_print_job_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_print_job_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_print_job_history_updated
    BEFORE UPDATE ON w_printing_print_job_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
