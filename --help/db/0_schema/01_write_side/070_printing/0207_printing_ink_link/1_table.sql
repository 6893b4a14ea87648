-- printing_ink_link of printing
CREATE TABLE w_printing_ink_link (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    printing_ink_price_id uuid REFERENCES w_printing_ink_price (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_printing_ink_link_code UNIQUE (tenant_id, code),
    CONSTRAINT ck_printing_ink_link_valid CHECK (valid_to IS NULL OR valid_to >= valid_from)
);

