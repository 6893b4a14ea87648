
COMMENT ON TABLE w_sales_quote_history IS 'Write side: sales quote history';
COMMENT ON COLUMN w_sales_quote_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_quote_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_quote_history_updated
    BEFORE UPDATE ON w_sales_quote_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
