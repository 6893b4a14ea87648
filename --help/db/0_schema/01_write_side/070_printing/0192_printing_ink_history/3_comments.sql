
COMMENT ON TABLE w_printing_ink_history IS 'Write side: printing ink history';
COMMENT ON COLUMN w_printing_ink_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_ink_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_ink_history_updated
    BEFORE UPDATE ON w_printing_ink_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
