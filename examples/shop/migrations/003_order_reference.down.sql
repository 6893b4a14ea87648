ALTER TABLE customers RENAME COLUMN email_address TO email;
ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_total_positive;
DROP INDEX orders_placed_at_idx;
ALTER TABLE orders DROP COLUMN reference;
