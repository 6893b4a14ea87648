CREATE DOMAIN ty_code_6 AS varchar(16) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
