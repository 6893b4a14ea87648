CREATE TYPE ty_kind_1 AS ENUM ('small', 'medium', 'large', 'kind_1');
