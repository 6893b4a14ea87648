CREATE DOMAIN ty_code_3 AS varchar(13) CHECK (VALUE ~ '^[A-Z0-9_-]+$');
