
COMMENT ON TABLE w_machine_machine_price IS 'Write side: machine machine price';
COMMENT ON COLUMN w_machine_machine_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_machine_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_machine_price_updated
    BEFORE UPDATE ON w_machine_machine_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
