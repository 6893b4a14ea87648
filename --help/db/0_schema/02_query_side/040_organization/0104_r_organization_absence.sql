CREATE VIEW r_organization_absence AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_organization_absence AS w
LEFT JOIN w_contract_service_level_link AS p ON p.id = w.contract_service_level_link_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_organization_absence IS 'Read side of w_organization_absence';
