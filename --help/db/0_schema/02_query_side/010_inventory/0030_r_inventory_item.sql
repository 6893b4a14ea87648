CREATE MATERIALIZED VIEW r_inventory_item AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings
FROM w_inventory_item AS w
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_inventory_item ON r_inventory_item (id);

COMMENT ON MATERIALIZED VIEW r_inventory_item IS 'Read side of w_inventory_item';
