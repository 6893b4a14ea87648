CREATE TABLE r_machine_model_note (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_machine_model_note_tenant ON r_machine_model_note (tenant_id);

COMMENT ON TABLE r_machine_model_note IS 'Read side of w_machine_model_note';
