
COMMENT ON TABLE w_accounting_budget IS 'Write side: accounting budget';
COMMENT ON COLUMN w_accounting_budget.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_budget.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_budget_updated
    BEFORE UPDATE ON w_accounting_budget
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
