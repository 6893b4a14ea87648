-- contract_penalty_price of contract
CREATE TABLE w_contract_penalty_price (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES w_tenant (id),
    contract_penalty_document_id uuid REFERENCES w_contract_penalty_document (id) ON DELETE CASCADE,
    code text NOT NULL,
    name varchar(200) NOT NULL,
    status record_status NOT NULL DEFAULT 'draft',
    amount numeric(19, 2) NOT NULL DEFAULT 0,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_contract_penalty_price_code UNIQUE (tenant_id, code),
    CONSTRAINT ck_contract_penalty_price_valid CHECK (valid_to IS NULL OR valid_to >= valid_from)
);

