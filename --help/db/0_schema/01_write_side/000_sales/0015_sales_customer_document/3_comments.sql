
COMMENT ON TABLE w_sales_customer_document IS 'Write side: sales customer document';
COMMENT ON COLUMN w_sales_customer_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_customer_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_customer_document_updated
    BEFORE UPDATE ON w_sales_customer_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
