
COMMENT ON TABLE w_sales_discount_note IS 'Write side: sales discount note';
COMMENT ON COLUMN w_sales_discount_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_sales_discount_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_sales_discount_note_updated
    BEFORE UPDATE ON w_sales_discount_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
