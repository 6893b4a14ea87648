
COMMENT ON TABLE w_printing_ink_price IS 'Write side: printing ink price';
COMMENT ON COLUMN w_printing_ink_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_ink_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_ink_price_updated
    BEFORE UPDATE ON w_printing_ink_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
