CREATE TABLE tb_version (
    version text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE tb_version IS 'Versions of the schema';
