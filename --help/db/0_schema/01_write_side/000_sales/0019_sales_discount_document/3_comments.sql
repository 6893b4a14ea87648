
COMMENT ON TABLE w_sales_discount_document IS 'Write side: sales discount document';
COMMENT ON COLUMN w_sales_discount_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_discount_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_discount_document_updated
    BEFORE UPDATE ON w_sales_discount_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
