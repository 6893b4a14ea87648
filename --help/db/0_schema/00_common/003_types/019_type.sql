CREATE TYPE ty_kind_19 AS ENUM ('small', 'medium', 'large', 'kind_19');
