
COMMENT ON TABLE w_sales_quote IS 'Write side: sales quote';
COMMENT ON COLUMN w_sales_quote.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_quote.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_quote_updated
    BEFORE UPDATE ON w_sales_quote
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
