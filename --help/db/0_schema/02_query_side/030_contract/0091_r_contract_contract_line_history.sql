CREATE TABLE r_contract_contract_line_history (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_contract_contract_line_history_tenant ON r_contract_contract_line_history (tenant_id);

COMMENT ON TABLE r_contract_contract_line_history IS 'Read side of w_contract_contract_line_history';
