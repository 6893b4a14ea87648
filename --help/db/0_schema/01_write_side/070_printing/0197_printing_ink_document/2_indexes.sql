CREATE INDEX idx_printing_ink_document_created ON w_printing_ink_document (created_at DESC);
CREATE INDEX idx_printing_ink_document_tenant ON w_printing_ink_document (tenant_id);
CREATE INDEX idx_printing_ink_document_parent ON w_printing_ink_document (printing_ink_history_id);
CREATE INDEX idx_printing_ink_document_metadata ON w_printing_ink_document USING gin (metadata);
