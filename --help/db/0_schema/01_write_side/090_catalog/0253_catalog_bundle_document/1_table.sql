-- catalog_bundle_document of catalog
CREATE TABLE w_catalog_bundle_document (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    catalog_bundle_history_id uuid REFERENCES w_catalog_bundle_history (id),
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_catalog_bundle_document_code UNIQUE (tenant_id, code)
);

