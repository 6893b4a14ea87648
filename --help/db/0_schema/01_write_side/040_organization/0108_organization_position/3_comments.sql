
COMMENT ON TABLE w_organization_position IS 'Write side: organization position';
COMMENT ON COLUMN w_organization_position.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_position.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_position_updated
    BEFORE UPDATE ON w_organization_position
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
