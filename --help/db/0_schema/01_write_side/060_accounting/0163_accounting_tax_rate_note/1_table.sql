-- accounting_tax_rate_note of accounting
CREATE TABLE w_accounting_tax_rate_note (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    accounting_tax_rate_id uuid REFERENCES w_accounting_tax_rate (id),
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_accounting_tax_rate_note_code UNIQUE (tenant_id, code)
);

