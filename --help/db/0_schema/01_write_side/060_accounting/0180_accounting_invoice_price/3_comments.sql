
COMMENT ON TABLE w_accounting_invoice_price IS 'Write side: accounting invoice price';
COMMENT ON COLUMN w_accounting_invoice_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_invoice_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_invoice_price_updated
    BEFORE UPDATE ON w_accounting_invoice_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
