CREATE TYPE ty_kind_4 AS ENUM ('small', 'medium', 'large', 'kind_4');
