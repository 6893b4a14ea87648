-- inventory_warehouse_history of inventory
CREATE TABLE w_inventory_warehouse_history (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    inventory_warehouse_note_id uuid REFERENCES w_inventory_warehouse_note (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_inventory_warehouse_history_code UNIQUE (tenant_id, code)
);

