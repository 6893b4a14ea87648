CREATE VIEW r_contract_renewal AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_contract_renewal AS w
LEFT JOIN w_contract_contract_line AS p ON p.id = w.contract_contract_line_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_contract_renewal IS 'Read side of w_contract_renewal';
