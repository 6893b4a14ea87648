-- organization_position_note of organization
CREATE TABLE w_organization_position_note (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    organization_position_id uuid REFERENCES w_organization_position (id),
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    valid_from date,
    valid_to date,
    tags text[] NOT NULL DEFAULT ARRAY[]::text[],
    rank_4 integer CHECK (rank_4 BETWEEN 0 AND 213),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_organization_position_note_code UNIQUE (tenant_id, code),
    CONSTRAINT ck_organization_position_note_valid CHECK (valid_to IS NULL OR valid_to >= valid_from)
);

