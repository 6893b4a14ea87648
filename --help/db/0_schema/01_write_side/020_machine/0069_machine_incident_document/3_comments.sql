
COMMENT ON TABLE w_machine_incident_document IS 'Write side: machine incident document';
COMMENT ON COLUMN w_machine_incident_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_incident_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_incident_document_updated
    BEFORE UPDATE ON w_machine_incident_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
