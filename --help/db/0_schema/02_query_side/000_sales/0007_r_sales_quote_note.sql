CREATE VIEW r_sales_quote_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_sales_quote_note AS w
LEFT JOIN w_sales_quote AS p ON p.id = w.sales_quote_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_sales_quote_note IS 'Read side of w_sales_quote_note';
