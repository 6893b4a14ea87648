
COMMENT ON TABLE w_accounting_tax_rate_document IS 'Write side: accounting tax rate document';
COMMENT ON COLUMN w_accounting_tax_rate_document.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_tax_rate_document.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_tax_rate_document_updated
    BEFORE UPDATE ON w_accounting_tax_rate_document
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
