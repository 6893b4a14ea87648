
COMMENT ON TABLE w_organization_position_document IS 'Write side: organization position document';
COMMENT ON COLUMN w_organization_position_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_position_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_position_document_updated
    BEFORE UPDATE ON w_organization_position_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
