CREATE OR REPLACE FUNCTION fn_format_15(p_value numeric, p_digits integer DEFAULT 3)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT to_char(round(p_value, p_digits), 'FM999G999G990D00') || ' #15';
$$;

COMMENT ON FUNCTION fn_format_15(numeric, integer) IS 'Formats an amount, variant 15';
