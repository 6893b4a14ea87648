CREATE TYPE ty_kind_22 AS ENUM ('small', 'medium', 'large', 'kind_22');
