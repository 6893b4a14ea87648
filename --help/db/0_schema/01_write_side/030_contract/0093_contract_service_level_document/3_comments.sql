
COMMENT ON TABLE w_contract_service_level_document IS 'Write side: contract service level document';
COMMENT ON COLUMN w_contract_service_level_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_service_level_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_service_level_document_updated
    BEFORE UPDATE ON w_contract_service_level_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
