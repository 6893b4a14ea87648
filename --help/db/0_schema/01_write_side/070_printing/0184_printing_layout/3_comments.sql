
COMMENT ON TABLE w_printing_layout IS 'Write side: printing layout';
COMMENT ON COLUMN w_printing_layout.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_layout.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_layout_updated
    BEFORE UPDATE ON w_printing_layout
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
