CREATE INDEX idx_machine_meter_document_created ON w_machine_meter_document (created_at DESC);
CREATE INDEX idx_machine_meter_document_tenant ON w_machine_meter_document (tenant_id);
CREATE INDEX idx_machine_meter_document_parent ON w_machine_meter_document (machine_meter_history_id);
CREATE INDEX idx_machine_meter_document_active ON w_machine_meter_document (lower(name)) WHERE status = 'active';
CREATE INDEX idx_machine_meter_document_metadata ON w_machine_meter_document USING gin (metadata);
