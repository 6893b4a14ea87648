
COMMENT ON TABLE w_accounting_invoice_history IS 'Write side: accounting invoice history';
COMMENT ON COLUMN w_accounting_invoice_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_invoice_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_invoice_history_updated
    BEFORE UPDATE ON w_accounting_invoice_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
