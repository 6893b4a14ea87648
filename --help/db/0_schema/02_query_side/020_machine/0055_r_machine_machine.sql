CREATE MATERIALIZED VIEW r_machine_machine AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_machine_machine AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_machine_machine ON r_machine_machine (id);

COMMENT ON MATERIALIZED VIEW r_machine_machine IS 'Read side of w_machine_machine';
