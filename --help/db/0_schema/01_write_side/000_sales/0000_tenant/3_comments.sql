
COMMENT ON TABLE w_tenant IS 'Write side: tenant';
COMMENT ON COLUMN w_tenant.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_tenant.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_tenant_updated
    BEFORE UPDATE ON w_tenant
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
