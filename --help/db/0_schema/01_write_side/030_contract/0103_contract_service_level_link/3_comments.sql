
COMMENT ON TABLE w_contract_service_level_link IS 'Write side: contract service level link';
COMMENT ON COLUMN w_contract_service_level_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_service_level_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_service_level_link_updated
    BEFORE UPDATE ON w_contract_service_level_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
