CREATE INDEX idx_machine_machine_price_created ON w_machine_machine_price (created_at DESC);
CREATE INDEX idx_machine_machine_price_tenant ON w_machine_machine_price (tenant_id);
CREATE INDEX idx_machine_machine_price_parent ON w_machine_machine_price (machine_machine_document_id);
CREATE INDEX idx_machine_machine_price_metadata ON w_machine_machine_price USING gin (metadata);
