CREATE VIEW r_accounting_ledger_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_accounting_ledger_note AS w
LEFT JOIN w_accounting_ledger AS p ON p.id = w.accounting_ledger_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_accounting_ledger_note IS 'Read side of w_accounting_ledger_note';
