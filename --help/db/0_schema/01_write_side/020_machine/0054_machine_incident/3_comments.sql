
COMMENT ON TABLE w_machine_incident IS 'Write side: machine incident';
COMMENT ON COLUMN w_machine_incident.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_incident.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_incident_updated
    BEFORE UPDATE ON w_machine_incident
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
