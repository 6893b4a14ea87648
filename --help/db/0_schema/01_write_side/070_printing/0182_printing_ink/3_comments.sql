
COMMENT ON TABLE w_printing_ink IS 'Write side: printing ink';
COMMENT ON COLUMN w_printing_ink.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_ink.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_ink_updated
    BEFORE UPDATE ON w_printing_ink
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
