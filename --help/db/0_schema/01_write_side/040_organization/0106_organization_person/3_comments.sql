
COMMENT ON TABLE w_organization_person IS 'Write side: organization person';
COMMENT ON COLUMN w_organization_person.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_person.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_person_updated
    BEFORE UPDATE ON w_organization_person
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
