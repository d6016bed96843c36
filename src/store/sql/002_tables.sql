-- Times without time zone are UTC.
CREATE TABLE pggit.branches (
  id serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  parent_branch_id integer REFERENCES pggit.branches (id),
  head_commit_hash text,
  status pggit.branch_status DEFAULT 'ACTIVE',
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  created_by text DEFAULT current_user,
  merged_at timestamp,
  merged_by text,
  branch_type text DEFAULT 'standard' CHECK (branch_type IN ('standard', 'tiered', 'temporal', 'compressed')),
  total_objects integer DEFAULT 0,
  modified_objects integer DEFAULT 0,
  storage_efficiency numeric(5, 2) DEFAULT 100.00,
  description text,
  CONSTRAINT branch_name_not_empty CHECK (name <> ''),
  CONSTRAINT branch_name_format CHECK (name ~ '^[a-zA-Z0-9._/#-]+$')
);
-- By the sequence, so that the next branch does not collide with it.
INSERT INTO pggit.branches (name, created_by) VALUES ('main', 'pggit-migrate');

CREATE TABLE pggit.commits (
  id serial PRIMARY KEY,
  hash text NOT NULL UNIQUE DEFAULT md5(random()::text),
  branch_id integer NOT NULL REFERENCES pggit.branches (id) ON DELETE CASCADE,
  parent_commit_hash text,
  message text,
  author text DEFAULT current_user,
  authored_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  committer text DEFAULT current_user,
  committed_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  tree_hash text,
  object_hashes jsonb DEFAULT '{}',
  metadata jsonb DEFAULT '{}'
);
CREATE INDEX commits_branch_id_idx ON pggit.commits (branch_id);

CREATE TABLE pggit.objects (
  id serial PRIMARY KEY,
  object_type pggit.object_type NOT NULL,
  schema_name text NOT NULL,
  object_name text NOT NULL,
  full_name text GENERATED ALWAYS AS (CASE WHEN schema_name = '' THEN object_name ELSE schema_name || '.' || object_name END) STORED,
  parent_id integer REFERENCES pggit.objects (id) ON DELETE CASCADE,
  content_hash text,
  ddl_normalized text,
  branch_id integer DEFAULT 1,
  branch_name text DEFAULT 'main',
  version integer NOT NULL DEFAULT 1,
  version_major integer NOT NULL DEFAULT 1,
  version_minor integer NOT NULL DEFAULT 0,
  version_patch integer NOT NULL DEFAULT 0,
  metadata jsonb DEFAULT '{}',
  is_active boolean DEFAULT true,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  updated_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  UNIQUE (object_type, schema_name, object_name, branch_name)
);
CREATE INDEX objects_full_name_idx ON pggit.objects (full_name);

CREATE TABLE pggit.history (
  id serial PRIMARY KEY,
  object_id integer NOT NULL REFERENCES pggit.objects (id) ON DELETE CASCADE,
  change_type pggit.change_type NOT NULL,
  change_severity pggit.change_severity NOT NULL,
  commit_hash text,
  branch_id integer REFERENCES pggit.branches (id) ON DELETE CASCADE,
  merge_base_hash text,
  merge_resolution pggit.merge_resolution,
  old_version integer,
  new_version integer,
  old_metadata jsonb,
  new_metadata jsonb,
  change_description text,
  sql_executed text,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  created_by text DEFAULT current_user
);
CREATE INDEX history_object_id_idx ON pggit.history (object_id, created_at);
CREATE INDEX history_commit_hash_idx ON pggit.history (commit_hash);

CREATE TABLE pggit.dependencies (
  id serial PRIMARY KEY,
  dependent_id integer NOT NULL REFERENCES pggit.objects (id) ON DELETE CASCADE,
  depends_on_id integer NOT NULL REFERENCES pggit.objects (id) ON DELETE CASCADE,
  branch_id integer DEFAULT 1 REFERENCES pggit.branches (id),
  dependency_type text NOT NULL DEFAULT 'generic',
  metadata jsonb DEFAULT '{}',
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC'),
  UNIQUE (dependent_id, depends_on_id)
);
CREATE INDEX dependencies_depends_on_id_idx ON pggit.dependencies (depends_on_id);

CREATE TABLE pggit.migrations (
  id serial PRIMARY KEY,
  version text NOT NULL UNIQUE,
  description text,
  up_script text NOT NULL,
  down_script text,
  checksum text,
  applied_at timestamp,
  applied_by text,
  execution_time_ms integer,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE pggit.merge_conflicts (
  id serial PRIMARY KEY,
  merge_id text NOT NULL,
  branch_a text NOT NULL,
  branch_b text NOT NULL,
  base_branch text,
  conflict_object text NOT NULL,
  conflict_type text NOT NULL,
  base_value jsonb,
  branch_a_value jsonb,
  branch_b_value jsonb,
  resolved_value jsonb,
  resolution_strategy text,
  auto_resolved boolean DEFAULT false,
  resolved_by text,
  resolved_at timestamp,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE pggit.ai_decisions (
  id serial PRIMARY KEY,
  migration_id text,
  original_content text,
  ai_prompt text,
  ai_response text,
  confidence numeric,
  human_override boolean DEFAULT false,
  override_reason text,
  model_version text,
  inference_time_ms integer,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE pggit.ai_edge_cases (
  id serial PRIMARY KEY,
  migration_id text,
  case_type text,
  original_content text,
  ai_suggestion text,
  confidence numeric,
  risk_level text,
  review_status text DEFAULT 'PENDING',
  reviewer_notes text,
  reviewed_at timestamp,
  created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE pggit.external_migrations (
  migration_id bigint PRIMARY KEY,
  tool_name text NOT NULL,
  migration_name text,
  checksum text,
  pggit_commit_id integer REFERENCES pggit.commits (id),
  pggit_version_start uuid,
  pggit_version_end uuid,
  applied_at timestamptz DEFAULT now(),
  applied_by text DEFAULT current_user,
  execution_time interval,
  success boolean DEFAULT true,
  error_message text
);
