-- printing_finishing_document of printing
CREATE TABLE w_printing_finishing_document (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    printing_finishing_history_id uuid REFERENCES w_printing_finishing_history (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_printing_finishing_document_code UNIQUE (tenant_id, code)
);

