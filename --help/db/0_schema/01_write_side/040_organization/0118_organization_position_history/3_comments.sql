
COMMENT ON TABLE w_organization_position_history IS 'Write side: organization position history';
COMMENT ON COLUMN w_organization_position_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_position_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_position_history_updated
    BEFORE UPDATE ON w_organization_position_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
