
COMMENT ON TABLE w_accounting_payment IS 'Write side: accounting payment';
COMMENT ON COLUMN w_accounting_payment.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_payment.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_payment_updated
    BEFORE UPDATE ON w_accounting_payment
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
