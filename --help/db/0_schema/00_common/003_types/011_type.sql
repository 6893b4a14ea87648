CREATE TYPE ty_range_11 AS (valid_from date, valid_to date, note text);
