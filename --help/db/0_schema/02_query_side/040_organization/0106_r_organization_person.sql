CREATE TABLE r_organization_person (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_organization_person_tenant ON r_organization_person (tenant_id);

COMMENT ON TABLE r_organization_person IS 'Read side of w_organization_person';
