
COMMENT ON TABLE w_inventory_supplier IS 'Write side: inventory supplier';
COMMENT ON COLUMN w_inventory_supplier.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_supplier.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_supplier_updated
    BEFORE UPDATE ON w_inventory_supplier
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
