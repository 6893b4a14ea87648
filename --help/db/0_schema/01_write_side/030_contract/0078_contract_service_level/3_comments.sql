
COMMENT ON TABLE w_contract_service_level IS 'Write side: contract service level';
COMMENT ON COLUMN w_contract_service_level.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_service_level.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_service_level_updated
    BEFORE UPDATE ON w_contract_service_level
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
