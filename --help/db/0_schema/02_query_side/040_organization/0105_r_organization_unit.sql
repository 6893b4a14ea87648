CREATE MATERIALIZED VIEW r_organization_unit AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_organization_unit AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_organization_unit ON r_organization_unit (id);

COMMENT ON MATERIALIZED VIEW r_organization_unit IS 'Read side of w_organization_unit';
