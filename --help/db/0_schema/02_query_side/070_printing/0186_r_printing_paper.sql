CREATE TABLE r_printing_paper (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_printing_paper_tenant ON r_printing_paper (tenant_id);

COMMENT ON TABLE r_printing_paper IS 'Read side of w_printing_paper';
