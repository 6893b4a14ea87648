CREATE OR REPLACE FUNCTION fn_format_1(p_value numeric, p_digits integer DEFAULT 1)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT to_char(round(p_value, p_digits), 'FM999G999G990D00') || ' #1';
$$;

COMMENT ON FUNCTION fn_format_1(numeric, integer) IS 'Formats an amount, variant 1';
