
COMMENT ON TABLE w_inventory_supplier_history IS 'Write side: inventory supplier history';
COMMENT ON COLUMN w_inventory_supplier_history.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_inventory_supplier_history.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_inventory_supplier_history_updated
    BEFORE UPDATE ON w_inventory_supplier_history
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
