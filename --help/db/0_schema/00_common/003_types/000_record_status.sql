CREATE TYPE record_status AS ENUM ('draft', 'active', 'archived');
