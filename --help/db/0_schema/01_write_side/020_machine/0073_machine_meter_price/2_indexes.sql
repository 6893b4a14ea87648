CREATE INDEX idx_machine_meter_price_created ON w_machine_meter_price (created_at DESC);
CREATE INDEX idx_machine_meter_price_tenant ON w_machine_meter_price (tenant_id);
CREATE INDEX idx_machine_meter_price_parent ON w_machine_meter_price (machine_meter_document_id);
