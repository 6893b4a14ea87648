CREATE TABLE note (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  text text,
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX note_changed_at_idx ON note (changed_at);

COMMENT ON COLUMN note.changed_at IS 'By whom is in the log.';
