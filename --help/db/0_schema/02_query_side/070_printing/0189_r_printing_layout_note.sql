CREATE VIEW r_printing_layout_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_printing_layout_note AS w
LEFT JOIN w_printing_layout AS p ON p.id = w.printing_layout_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_printing_layout_note IS 'Read side of w_printing_layout_note';
