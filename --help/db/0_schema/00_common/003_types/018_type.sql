CREATE DOMAIN ty_code_18 AS varchar(28) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
