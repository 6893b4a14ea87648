CREATE MATERIALIZED VIEW r_accounting_invoice AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_accounting_invoice AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_accounting_invoice ON r_accounting_invoice (id);

COMMENT ON MATERIALIZED VIEW r_accounting_invoice IS 'Read side of w_accounting_invoice';
