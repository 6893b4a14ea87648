
COMMENT ON TABLE w_sales_quote_price IS 'Write side: sales quote price';
COMMENT ON COLUMN w_sales_quote_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_quote_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_quote_price_updated
    BEFORE UPDATE ON w_sales_quote_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
