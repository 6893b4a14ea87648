CREATE MATERIALIZED VIEW r_accounting_invoice_history AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_accounting_invoice_history AS w
LEFT JOIN w_accounting_invoice_note AS p ON p.id = w.accounting_invoice_note_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_accounting_invoice_history ON r_accounting_invoice_history (id);

COMMENT ON MATERIALIZED VIEW r_accounting_invoice_history IS 'Read side of w_accounting_invoice_history';
