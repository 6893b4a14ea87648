
COMMENT ON TABLE w_sales_order_price IS 'Write side: sales order price';
COMMENT ON COLUMN w_sales_order_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_order_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_order_price_updated
    BEFORE UPDATE ON w_sales_order_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
