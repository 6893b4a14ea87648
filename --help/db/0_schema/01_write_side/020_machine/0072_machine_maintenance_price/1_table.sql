-- machine_maintenance_price of machine
CREATE TABLE w_machine_maintenance_price (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    machine_maintenance_document_id uuid REFERENCES w_machine_maintenance_document (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_machine_maintenance_price_code UNIQUE (tenant_id, code)
);

