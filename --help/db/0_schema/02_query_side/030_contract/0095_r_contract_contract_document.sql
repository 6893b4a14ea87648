CREATE MATERIALIZED VIEW r_contract_contract_document AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_contract_contract_document AS w
LEFT JOIN w_contract_contract_history AS p ON p.id = w.contract_contract_history_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_contract_contract_document ON r_contract_contract_document (id);

COMMENT ON MATERIALIZED VIEW r_contract_contract_document IS 'Read side of w_contract_contract_document';
