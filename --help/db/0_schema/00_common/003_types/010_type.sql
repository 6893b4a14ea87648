CREATE TYPE ty_kind_10 AS ENUM ('small', 'medium', 'large', 'kind_10');
