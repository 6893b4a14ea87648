
COMMENT ON TABLE w_sales_price_list IS 'Write side: sales price list';
COMMENT ON COLUMN w_sales_price_list.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_price_list.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_price_list_updated
    BEFORE UPDATE ON w_sales_price_list
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
