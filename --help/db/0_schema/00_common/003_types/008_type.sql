CREATE TYPE ty_range_8 AS (valid_from date, valid_to date, note text);
