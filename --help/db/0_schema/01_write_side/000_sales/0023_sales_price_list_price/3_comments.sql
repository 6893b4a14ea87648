
COMMENT ON TABLE w_sales_price_list_price IS 'Write side: sales price list price';
COMMENT ON COLUMN w_sales_price_list_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_price_list_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_price_list_price_updated
    BEFORE UPDATE ON w_sales_price_list_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
