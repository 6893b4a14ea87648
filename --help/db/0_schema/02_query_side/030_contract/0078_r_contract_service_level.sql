CREATE VIEW r_contract_service_level AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_contract_service_level AS w
LEFT JOIN w_machine_maintenance_link AS p ON p.id = w.machine_maintenance_link_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_contract_service_level IS 'Read side of w_contract_service_level';
