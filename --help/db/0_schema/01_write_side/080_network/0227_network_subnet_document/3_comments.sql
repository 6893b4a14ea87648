
COMMENT ON TABLE w_network_subnet_document IS 'Write side: network subnet document';
COMMENT ON COLUMN w_network_subnet_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_subnet_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_subnet_document_updated
    BEFORE UPDATE ON w_network_subnet_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
