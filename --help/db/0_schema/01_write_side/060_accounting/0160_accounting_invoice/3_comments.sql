
COMMENT ON TABLE w_accounting_invoice IS 'Write side: accounting invoice';
COMMENT ON COLUMN w_accounting_invoice.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_invoice.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_invoice_updated
    BEFORE UPDATE ON w_accounting_invoice
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
