CREATE MATERIALIZED VIEW r_location_site_link AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_location_site_link AS w
LEFT JOIN w_location_site_price AS p ON p.id = w.location_site_price_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_location_site_link ON r_location_site_link (id);

COMMENT ON MATERIALIZED VIEW r_location_site_link IS 'Read side of w_location_site_link';
