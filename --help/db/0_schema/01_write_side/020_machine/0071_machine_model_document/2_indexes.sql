CREATE INDEX idx_machine_model_document_created ON w_machine_model_document (created_at DESC);
CREATE INDEX idx_machine_model_document_tenant ON w_machine_model_document (tenant_id);
CREATE INDEX idx_machine_model_document_parent ON w_machine_model_document (machine_model_history_id);
CREATE INDEX idx_machine_model_document_metadata ON w_machine_model_document USING gin (metadata);
