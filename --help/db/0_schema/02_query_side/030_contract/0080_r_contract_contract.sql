CREATE MATERIALIZED VIEW r_contract_contract AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_contract_contract AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_contract_contract ON r_contract_contract (id);

COMMENT ON MATERIALIZED VIEW r_contract_contract IS 'Read side of w_contract_contract';
