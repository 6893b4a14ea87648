
COMMENT ON TABLE w_contract_penalty_price IS 'Write side: contract penalty price';
COMMENT ON COLUMN w_contract_penalty_price.code IS 'Unique within a tenant';
COMMENT ON COLUMN w_contract_penalty_price.status IS 'draft, active or archived; it''s never null';

CREATE TRIGGER tr_contract_penalty_price_updated
    BEFORE UPDATE ON w_contract_penalty_price
    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();
