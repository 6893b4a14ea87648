CREATE VIEW r_printing_ink_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_printing_ink_note AS w
LEFT JOIN w_printing_ink AS p ON p.id = w.printing_ink_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_printing_ink_note IS 'Read side of w_printing_ink_note';
