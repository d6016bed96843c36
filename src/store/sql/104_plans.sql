-- The plan that the record follows, with its files, so that a way back is there without them: gzip of a JSON object, path -> text.
CREATE TABLE pggit_migrate.plans (
  tool text PRIMARY KEY,
  plan_content_id text NOT NULL,
  plan_decisions_id text NOT NULL,
  files bytea NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
