
COMMENT ON TABLE w_network_device_document IS 'Write side: network device document';
COMMENT ON COLUMN w_network_device_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_device_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_device_document_updated
    BEFORE UPDATE ON w_network_device_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
