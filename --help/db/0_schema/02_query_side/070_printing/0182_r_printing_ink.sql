CREATE VIEW r_printing_ink AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_printing_ink AS w
LEFT JOIN w_accounting_payment_link AS p ON p.id = w.accounting_payment_link_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_printing_ink IS 'Read side of w_printing_ink';
