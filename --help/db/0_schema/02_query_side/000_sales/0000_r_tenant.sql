CREATE MATERIALIZED VIEW r_tenant AS
SELECT
    w.id,
    w.id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.id) AS siblings
FROM w_tenant AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_tenant ON r_tenant (id);

COMMENT ON MATERIALIZED VIEW r_tenant IS 'Read side of w_tenant';
