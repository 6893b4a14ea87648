CREATE INDEX idx_machine_model_price_created ON w_machine_model_price (created_at DESC);
CREATE INDEX idx_machine_model_price_tenant ON w_machine_model_price (tenant_id);
CREATE INDEX idx_machine_model_price_parent ON w_machine_model_price (machine_model_document_id);
CREATE INDEX idx_machine_model_price_active ON w_machine_model_price (lower(name)) WHERE status = 'active';
CREATE INDEX idx_machine_model_price_metadata ON w_machine_model_price USING gin (metadata);
