CREATE TABLE r_contract_contract_line_note (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_contract_contract_line_note_tenant ON r_contract_contract_line_note (tenant_id);

COMMENT ON TABLE r_contract_contract_line_note IS 'Read side of w_contract_contract_line_note';
