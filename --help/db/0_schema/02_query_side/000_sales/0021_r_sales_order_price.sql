CREATE TABLE r_sales_order_price (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    code text,
    total numeric(19, 2) NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_r_sales_order_price_tenant ON r_sales_order_price (tenant_id);

COMMENT ON TABLE r_sales_order_price IS 'Read side of w_sales_order_price';
