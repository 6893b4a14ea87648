-- contract_renewal_price of contract
CREATE TABLE w_contract_renewal_price (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    contract_renewal_document_id uuid REFERENCES w_contract_renewal_document (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_contract_renewal_price_code UNIQUE (tenant_id, code)
);

