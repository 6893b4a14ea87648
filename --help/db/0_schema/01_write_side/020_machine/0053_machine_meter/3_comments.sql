
COMMENT ON TABLE w_machine_meter IS 'Write side: machine meter';
COMMENT ON COLUMN w_machine_meter.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_meter.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_meter_updated
    BEFORE UPDATE ON w_machine_meter
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
