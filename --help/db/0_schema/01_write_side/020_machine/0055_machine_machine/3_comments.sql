
COMMENT ON TABLE w_machine_machine IS 'Write side: machine machine';
COMMENT ON COLUMN w_machine_machine.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_machine.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_machine_updated
    BEFORE UPDATE ON w_machine_machine
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
