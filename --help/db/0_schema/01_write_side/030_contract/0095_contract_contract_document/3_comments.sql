
COMMENT ON TABLE w_contract_contract_document IS 'Write side: contract contract document';
COMMENT ON COLUMN w_contract_contract_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_contract_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_contract_document_updated
    BEFORE UPDATE ON w_contract_contract_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
