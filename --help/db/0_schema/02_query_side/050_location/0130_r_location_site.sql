CREATE MATERIALIZED VIEW r_location_site AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_location_site AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_location_site ON r_location_site (id);

COMMENT ON MATERIALIZED VIEW r_location_site IS 'Read side of w_location_site';
