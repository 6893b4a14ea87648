CREATE VIEW r_inventory_delivery_price AS
SELECT
    w.id,
    w.tenant_id AS tenant_id,
    w.code,
    w.name,
    w.status,
    count(*) OVER (PARTITION BY w.tenant_id) AS siblings,
    p.code AS parent_code,
    p.name AS parent_name
FROM w_inventory_delivery_price AS w
LEFT JOIN w_inventory_delivery_document AS p ON p.id = w.inventory_delivery_document_id
WHERE w.status <> 'archived';

COMMENT ON VIEW r_inventory_delivery_price IS 'Read side of w_inventory_delivery_price';
