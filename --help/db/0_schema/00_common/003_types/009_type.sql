CREATE DOMAIN ty_code_9 AS varchar(19) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
