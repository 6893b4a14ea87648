
COMMENT ON TABLE w_organization_absence IS 'Write side: organization absence';
COMMENT ON COLUMN w_organization_absence.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_absence.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_absence_updated
    BEFORE UPDATE ON w_organization_absence
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
