
COMMENT ON TABLE w_organization_unit_price IS 'Write side: organization unit price';
COMMENT ON COLUMN w_organization_unit_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_organization_unit_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_organization_unit_price_updated
    BEFORE UPDATE ON w_organization_unit_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
