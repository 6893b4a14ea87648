
COMMENT ON TABLE w_printing_print_job_note IS 'Write side: printing print job note';
COMMENT ON COLUMN w_printing_print_job_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_print_job_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_print_job_note_updated
    BEFORE UPDATE ON w_printing_print_job_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
