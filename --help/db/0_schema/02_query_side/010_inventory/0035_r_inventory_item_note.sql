CREATE MATERIALIZED VIEW r_inventory_item_note AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_inventory_item_note AS w
LEFT JOIN w_inventory_item AS p ON p.id = w.inventory_item_id
WHERE w.status <> 'archived'
WITH NO DATA;

CREATE UNIQUE INDEX uq_r_inventory_item_note ON r_inventory_item_note (id);

COMMENT ON MATERIALIZED VIEW r_inventory_item_note IS 'Read side of w_inventory_item_note';
