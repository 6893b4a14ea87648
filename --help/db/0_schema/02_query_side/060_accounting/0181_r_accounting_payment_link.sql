CREATE TABLE r_accounting_payment_link (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_accounting_payment_link_tenant ON r_accounting_payment_link (tenant_id);

COMMENT ON TABLE r_accounting_payment_link IS 'Read side of w_accounting_payment_link';
