CREATE TABLE r_organization_person_price (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_organization_person_price_tenant ON r_organization_person_price (tenant_id);

COMMENT ON TABLE r_organization_person_price IS 'Read side of w_organization_person_price';
