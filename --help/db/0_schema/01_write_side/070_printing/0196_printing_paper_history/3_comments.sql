
COMMENT ON TABLE w_printing_paper_history IS 'Write side: printing paper history';
COMMENT ON COLUMN w_printing_paper_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_paper_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_paper_history_updated
    BEFORE UPDATE ON w_printing_paper_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
