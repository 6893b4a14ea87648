
COMMENT ON TABLE w_sales_customer_price IS 'Write side: sales customer price';
COMMENT ON COLUMN w_sales_customer_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_customer_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_customer_price_updated
    BEFORE UPDATE ON w_sales_customer_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
