
COMMENT ON TABLE w_printing_ink_link IS 'Write side: printing ink link';
COMMENT ON COLUMN w_printing_ink_link.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_ink_link.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_ink_link_updated
    BEFORE UPDATE ON w_printing_ink_link
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
