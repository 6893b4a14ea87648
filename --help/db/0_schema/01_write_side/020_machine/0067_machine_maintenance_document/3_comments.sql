
COMMENT ON TABLE w_machine_maintenance_document IS 'Write side: machine maintenance document';
COMMENT ON COLUMN w_machine_maintenance_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_maintenance_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_maintenance_document_updated
    BEFORE UPDATE ON w_machine_maintenance_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
