SET lock_timeout = '2s';
ALTER TABLE orders DROP COLUMN placed_at;
ALTER TABLE customers ALTER COLUMN email TYPE varchar(120);
