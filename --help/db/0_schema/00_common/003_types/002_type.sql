CREATE TYPE ty_range_2 AS (valid_from date, valid_to date, note text);
