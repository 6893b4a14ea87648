CREATE MATERIALIZED VIEW r_machine_machine_price AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_machine_machine_price AS w
LEFT JOIN w_machine_machine_document AS p ON p.id = w.machine_machine_document_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_machine_machine_price ON r_machine_machine_price (id);

COMMENT ON MATERIALIZED VIEW r_machine_machine_price IS 'Read side of w_machine_machine_price';
