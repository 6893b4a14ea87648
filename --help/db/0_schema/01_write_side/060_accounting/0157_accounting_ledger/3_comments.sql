
COMMENT ON TABLE w_accounting_ledger IS 'Write side: accounting ledger';
COMMENT ON COLUMN w_accounting_ledger.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_ledger.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_ledger_updated
    BEFORE UPDATE ON w_accounting_ledger
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
