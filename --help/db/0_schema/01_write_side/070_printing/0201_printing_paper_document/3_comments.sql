
COMMENT ON TABLE w_printing_paper_document IS 'Write side: printing paper document';
COMMENT ON COLUMN w_printing_paper_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_paper_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_paper_document_updated
    BEFORE UPDATE ON w_printing_paper_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
