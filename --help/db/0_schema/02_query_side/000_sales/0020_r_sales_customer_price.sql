CREATE MATERIALIZED VIEW r_sales_customer_price AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_sales_customer_price AS w
LEFT JOIN w_sales_customer_document AS p ON p.id = w.sales_customer_document_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_sales_customer_price ON r_sales_customer_price (id);

COMMENT ON MATERIALIZED VIEW r_sales_customer_price IS 'Read side of w_sales_customer_price';
