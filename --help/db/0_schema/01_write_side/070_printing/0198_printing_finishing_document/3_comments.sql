
COMMENT ON TABLE w_printing_finishing_document IS 'Write side: printing finishing document';
COMMENT ON COLUMN w_printing_finishing_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_finishing_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_finishing_document_updated
    BEFORE UPDATE ON w_printing_finishing_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
