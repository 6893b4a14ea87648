
COMMENT ON TABLE w_catalog_product_note IS 'Write side: catalog product note';
COMMENT ON COLUMN w_catalog_product_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_catalog_product_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_catalog_product_note_updated
    BEFORE UPDATE ON w_catalog_product_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
