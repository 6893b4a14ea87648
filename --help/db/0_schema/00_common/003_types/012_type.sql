CREATE DOMAIN ty_code_12 AS varchar(22) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
