-- accounting_ledger_note of accounting
CREATE TABLE w_accounting_ledger_note (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    accounting_ledger_id uuid REFERENCES w_accounting_ledger (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_accounting_ledger_note_code UNIQUE (tenant_id, code)
);

