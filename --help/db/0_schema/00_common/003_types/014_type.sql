CREATE TYPE ty_range_14 AS (valid_from date, valid_to date, note text);
