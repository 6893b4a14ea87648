CREATE DOMAIN ty_code_15 AS varchar(25) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
