
COMMENT ON TABLE w_organization_absence_link IS 'Write side: organization absence link';
COMMENT ON COLUMN w_organization_absence_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_absence_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_absence_link_updated
    BEFORE UPDATE ON w_organization_absence_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
