CREATE TYPE ty_range_20 AS (valid_from date, valid_to date, note text);
