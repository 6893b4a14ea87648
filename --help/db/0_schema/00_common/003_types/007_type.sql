CREATE TYPE ty_kind_7 AS ENUM ('small', 'medium', 'large', 'kind_7');
