-- catalog_category_history of catalog
CREATE TABLE w_catalog_category_history (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    catalog_category_note_id uuid REFERENCES w_catalog_category_note (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_catalog_category_history_code UNIQUE (tenant_id, code)
);

