CREATE VIEW r_contract_renewal_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_contract_renewal_note AS w
LEFT JOIN w_contract_renewal AS p ON p.id = w.contract_renewal_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_contract_renewal_note IS 'Read side of w_contract_renewal_note';
