CREATE DOMAIN ty_code_21 AS varchar(31) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
