
COMMENT ON TABLE w_printing_finishing IS 'Write side: printing finishing';
COMMENT ON COLUMN w_printing_finishing.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_printing_finishing.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_printing_finishing_updated
    BEFORE UPDATE ON w_printing_finishing
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
