
COMMENT ON TABLE w_sales_customer_note IS 'Write side: sales customer note';
COMMENT ON COLUMN w_sales_customer_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_customer_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_customer_note_updated
    BEFORE UPDATE ON w_sales_customer_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
