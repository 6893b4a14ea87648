
COMMENT ON TABLE w_network_gateway_note IS 'Write side: network gateway note';
COMMENT ON COLUMN w_network_gateway_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_network_gateway_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_network_gateway_note_updated
    BEFORE UPDATE ON w_network_gateway_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
