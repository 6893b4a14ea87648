CREATE VIEW r_location_floor_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_location_floor_note AS w
LEFT JOIN w_location_floor AS p ON p.id = w.location_floor_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_location_floor_note IS 'Read side of w_location_floor_note';
