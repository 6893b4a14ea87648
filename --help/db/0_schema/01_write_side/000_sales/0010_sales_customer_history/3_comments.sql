
COMMENT ON TABLE w_sales_customer_history IS 'Write side: sales customer history';
COMMENT ON COLUMN w_sales_customer_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_customer_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_customer_history_updated
    BEFORE UPDATE ON w_sales_customer_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
