
COMMENT ON TABLE w_organization_team IS 'Write side: organization team';
COMMENT ON COLUMN w_organization_team.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_team.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_team_updated
    BEFORE UPDATE ON w_organization_team
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
