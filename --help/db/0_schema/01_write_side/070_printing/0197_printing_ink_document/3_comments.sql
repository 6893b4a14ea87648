
COMMENT ON TABLE w_printing_ink_document IS 'Write side: printing ink document';
COMMENT ON COLUMN w_printing_ink_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_ink_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_ink_document_updated
    BEFORE UPDATE ON w_printing_ink_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
