
COMMENT ON TABLE w_sales_discount IS 'Write side: sales discount';
COMMENT ON COLUMN w_sales_discount.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_discount.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_discount_updated
    BEFORE UPDATE ON w_sales_discount
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
