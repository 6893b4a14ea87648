
COMMENT ON TABLE w_accounting_budget_history IS 'Write side: accounting budget history';
COMMENT ON COLUMN w_accounting_budget_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_budget_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_budget_history_updated
    BEFORE UPDATE ON w_accounting_budget_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
