CREATE TYPE ty_range_23 AS (valid_from date, valid_to date, note text);
