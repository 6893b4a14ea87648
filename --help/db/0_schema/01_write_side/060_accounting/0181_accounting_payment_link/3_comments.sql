
COMMENT ON TABLE w_accounting_payment_link IS 'Write side: accounting payment link';
COMMENT ON COLUMN w_accounting_payment_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_payment_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_payment_link_updated
    BEFORE UPDATE ON w_accounting_payment_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
