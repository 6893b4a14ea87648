CREATE OR REPLACE FUNCTION fn_create_machine_maintenance_link(p_tenant_id uuid, p_code text, p_name text)
RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
    v_id uuid;
BEGIN
    IF p_code IS NULL OR p_code = '' THEN
        RAISE EXCEPTION 'a code is needed for %', 'machine_maintenance_link' USING ERRCODE = '22023';
    END IF;
    INSERT INTO w_machine_maintenance_link (tenant_id, code, name)
    VALUES (p_tenant_id, p_code, p_name)
    RETURNING id INTO v_id;
    RETURN v_id;
EXCEPTION
    WHEN unique_violation THEN
        SELECT id INTO v_id FROM w_machine_maintenance_link WHERE code = p_code LIMIT 1;
        RETURN v_id;
END;
$$;
