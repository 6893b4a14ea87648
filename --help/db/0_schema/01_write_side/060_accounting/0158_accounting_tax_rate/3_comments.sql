
COMMENT ON TABLE w_accounting_tax_rate IS 'Write side: accounting tax rate';
COMMENT ON COLUMN w_accounting_tax_rate.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_tax_rate.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_tax_rate_updated
    BEFORE UPDATE ON w_accounting_tax_rate
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
