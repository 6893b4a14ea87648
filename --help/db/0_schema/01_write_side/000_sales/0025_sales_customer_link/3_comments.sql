
COMMENT ON TABLE w_sales_customer_link IS 'Write side: sales customer link';
COMMENT ON COLUMN w_sales_customer_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_customer_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_customer_link_updated
    BEFORE UPDATE ON w_sales_customer_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
