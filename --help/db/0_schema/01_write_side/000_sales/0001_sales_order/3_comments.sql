
COMMENT ON TABLE w_sales_order IS 'Write side: sales order';
COMMENT ON COLUMN w_sales_order.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_order.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_order_updated
    BEFORE UPDATE ON w_sales_order
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
