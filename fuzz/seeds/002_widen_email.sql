-- Safe: a longer varchar needs no rewrite, and now() is evaluated once.
SET lock_timeout = '2s';
ALTER TABLE customers ALTER COLUMN email TYPE varchar(320);
ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();
