
COMMENT ON TABLE w_printing_paper_note IS 'Write side: printing paper note';
COMMENT ON COLUMN w_printing_paper_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_paper_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_paper_note_updated
    BEFORE UPDATE ON w_printing_paper_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
