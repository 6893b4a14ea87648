CREATE TYPE ty_range_17 AS (valid_from date, valid_to date, note text);
