
COMMENT ON TABLE w_network_gateway_document IS 'Write side: network gateway document';
COMMENT ON COLUMN w_network_gateway_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_gateway_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_gateway_document_updated
    BEFORE UPDATE ON w_network_gateway_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
