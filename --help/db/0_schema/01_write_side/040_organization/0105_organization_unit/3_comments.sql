
COMMENT ON TABLE w_organization_unit IS 'Write side: organization unit';
COMMENT ON COLUMN w_organization_unit.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_unit.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_unit_updated
    BEFORE UPDATE ON w_organization_unit
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
