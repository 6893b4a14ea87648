-- Roles outlive databases: only what is missing is made.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'printoptim_support') THEN
        CREATE ROLE printoptim_support NOLOGIN;
    END IF;
END
$$;
