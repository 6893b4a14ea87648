
COMMENT ON TABLE w_accounting_ledger_note IS 'Write side: accounting ledger note';
COMMENT ON COLUMN w_accounting_ledger_note.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_accounting_ledger_note.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_accounting_ledger_note_updated
    BEFORE UPDATE ON w_accounting_ledger_note
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
