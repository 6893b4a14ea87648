-- contract_service_level_link of contract
CREATE TABLE w_contract_service_level_link (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    contract_service_level_price_id uuid REFERENCES w_contract_service_level_price (id),
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_contract_service_level_link_code UNIQUE (tenant_id, code)
);

