CREATE MATERIALIZED VIEW r_printing_print_job AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_printing_print_job AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_printing_print_job ON r_printing_print_job (id);

COMMENT ON MATERIALIZED VIEW r_printing_print_job IS 'Read side of w_printing_print_job';
