
COMMENT ON TABLE w_organization_absence_history IS 'Write side: organization absence history';
COMMENT ON COLUMN w_organization_absence_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_absence_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_absence_history_updated
    BEFORE UPDATE ON w_organization_absence_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
