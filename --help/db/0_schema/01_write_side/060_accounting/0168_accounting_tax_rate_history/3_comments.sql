
COMMENT ON TABLE w_accounting_tax_rate_history IS 'Write side: accounting tax rate history';
COMMENT ON COLUMN w_accounting_tax_rate_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_tax_rate_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_tax_rate_history_updated
    BEFORE UPDATE ON w_accounting_tax_rate_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
