CREATE MATERIALIZED VIEW r_machine_machine_history AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_machine_machine_history AS w
LEFT JOIN w_machine_machine_note AS p ON p.id = w.machine_machine_note_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_machine_machine_history ON r_machine_machine_history (id);

COMMENT ON MATERIALIZED VIEW r_machine_machine_history IS 'Read side of w_machine_machine_history';
