CREATE TYPE ty_range_5 AS (valid_from date, valid_to date, note text);
