
COMMENT ON TABLE w_catalog_brand_note IS 'Write side: catalog brand note';
COMMENT ON COLUMN w_catalog_brand_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_brand_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_brand_note_updated
    BEFORE UPDATE ON w_catalog_brand_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
