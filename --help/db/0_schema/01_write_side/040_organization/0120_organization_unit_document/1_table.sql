-- organization_unit_document of organization
CREATE TABLE w_organization_unit_document (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    organization_unit_history_id uuid REFERENCES w_organization_unit_history (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_organization_unit_document_code UNIQUE (tenant_id, code)
);

