
COMMENT ON TABLE w_accounting_ledger_history IS 'Write side: accounting ledger history';
COMMENT ON COLUMN w_accounting_ledger_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_ledger_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_ledger_history_updated
    BEFORE UPDATE ON w_accounting_ledger_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
