
COMMENT ON TABLE w_organization_person_history IS 'Write side: organization person history';
COMMENT ON COLUMN w_organization_person_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_person_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_person_history_updated
    BEFORE UPDATE ON w_organization_person_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
