
COMMENT ON TABLE w_accounting_tax_rate_price IS 'Write side: accounting tax rate price';
COMMENT ON COLUMN w_accounting_tax_rate_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_tax_rate_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_tax_rate_price_updated
    BEFORE UPDATE ON w_accounting_tax_rate_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
