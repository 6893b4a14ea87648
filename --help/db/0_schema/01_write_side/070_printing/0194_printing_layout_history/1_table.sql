-- printing_layout_history of printing
CREATE TABLE w_printing_layout_history (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    printing_layout_note_id uuid REFERENCES w_printing_layout_note (id),
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_printing_layout_history_code UNIQUE (tenant_id, code)
);

