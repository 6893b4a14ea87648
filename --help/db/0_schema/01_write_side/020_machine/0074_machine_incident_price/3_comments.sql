
COMMENT ON TABLE w_machine_incident_price IS 'Write side: machine incident price';
COMMENT ON COLUMN w_machine_incident_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_machine_incident_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_machine_incident_price_updated
    BEFORE UPDATE ON w_machine_incident_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
