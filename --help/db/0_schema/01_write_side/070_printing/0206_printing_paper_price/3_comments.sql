
COMMENT ON TABLE w_printing_paper_price IS 'Write side: printing paper price';
COMMENT ON COLUMN w_printing_paper_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_paper_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_paper_price_updated
    BEFORE UPDATE ON w_printing_paper_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
