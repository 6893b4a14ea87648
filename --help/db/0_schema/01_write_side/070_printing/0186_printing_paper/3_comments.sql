
COMMENT ON TABLE w_printing_paper IS 'Write side: printing paper';
COMMENT ON COLUMN w_printing_paper.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_paper.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_paper_updated
    BEFORE UPDATE ON w_printing_paper
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
