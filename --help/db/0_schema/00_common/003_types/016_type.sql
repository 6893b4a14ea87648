CREATE TYPE ty_kind_16 AS ENUM ('small', 'medium', 'large', 'kind_16');
