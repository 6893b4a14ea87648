CREATE VIEW r_organization_position AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_organization_position AS w
LEFT JOIN w_organization_team AS p ON p.id = w.organization_team_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_organization_position IS 'Read side of w_organization_position';
