
COMMENT ON TABLE w_contract_service_level_note IS 'Write side: contract service level note';
COMMENT ON COLUMN w_contract_service_level_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_service_level_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_service_level_note_updated
    BEFORE UPDATE ON w_contract_service_level_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
