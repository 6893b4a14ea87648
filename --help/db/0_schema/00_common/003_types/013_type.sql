CREATE TYPE ty_kind_13 AS ENUM ('small', 'medium', 'large', 'kind_13');
