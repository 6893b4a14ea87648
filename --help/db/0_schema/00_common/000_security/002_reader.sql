-- Roles outlive databases: only what is missing is made.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'printoptim_reader') THEN
        CREATE ROLE printoptim_reader NOLOGIN;
    END IF;
END
$$;
