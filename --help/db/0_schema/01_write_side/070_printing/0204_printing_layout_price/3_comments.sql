
COMMENT ON TABLE w_printing_layout_price IS 'Write side: printing layout price';
COMMENT ON COLUMN w_printing_layout_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_layout_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_layout_price_updated
    BEFORE UPDATE ON w_printing_layout_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
