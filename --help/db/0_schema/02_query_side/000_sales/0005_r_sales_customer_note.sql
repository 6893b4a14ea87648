CREATE MATERIALIZED VIEW r_sales_customer_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_sales_customer_note AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_sales_customer_note ON r_sales_customer_note (id);

COMMENT ON MATERIALIZED VIEW r_sales_customer_note IS 'Read side of w_sales_customer_note';
