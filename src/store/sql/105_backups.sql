-- Rows and values that were saved before a migration destroyed them. Each stands in a table of its own, pggit_migrate.backup_…
CREATE TABLE pggit_migrate.backups (
  backup text PRIMARY KEY,
  tool text NOT NULL,
  migration text NOT NULL,
  source_table text NOT NULL,
  saves text NOT NULL CHECK (saves IN ('rows', 'values', 'changes')),
  key_columns text[] NOT NULL,
  saved_columns text[] NOT NULL,
  run_id bigint REFERENCES pggit_migrate.runs (id),
  rows bigint,
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  taken_at timestamptz,
  gone_at timestamptz,
  gone_because text CHECK (gone_because IN ('restored', 'dropped'))
);
