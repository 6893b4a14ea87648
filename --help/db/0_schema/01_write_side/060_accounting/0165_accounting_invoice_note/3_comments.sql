
COMMENT ON TABLE w_accounting_invoice_note IS 'Write side: accounting invoice note';
COMMENT ON COLUMN w_accounting_invoice_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_invoice_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_invoice_note_updated
    BEFORE UPDATE ON w_accounting_invoice_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
