
COMMENT ON TABLE w_machine_machine_document IS 'Write side: machine machine document';
COMMENT ON COLUMN w_machine_machine_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_machine_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_machine_document_updated
    BEFORE UPDATE ON w_machine_machine_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
