-- Roles outlive databases: only what is missing is made.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'printoptim_batch') THEN
        CREATE ROLE printoptim_batch NOLOGIN;
    END IF;
END
$$;
