CREATE VIEW r_machine_incident_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_machine_incident_note AS w
LEFT JOIN w_machine_incident AS p ON p.id = w.machine_incident_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_machine_incident_note IS 'Read side of w_machine_incident_note';
