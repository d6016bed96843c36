/**
 * A `pggit` schema in the shape that the pgGit extension has from 0.1.3 on: its columns, its checks, the sequence of `branches` left behind `main`, tables granted to
 * everybody and sequences to nobody, and event triggers that record tables and functions by themselves, with the extension's habits (functions under their
 * oid, no commit, times without zone in the zone of the session).
 */
export const shapeA = `
CREATE SCHEMA pggit;
CREATE TYPE pggit.object_type AS ENUM ('SCHEMA','TABLE','COLUMN','INDEX','CONSTRAINT','VIEW','MATERIALIZED_VIEW','FUNCTION','PROCEDURE','TRIGGER','TYPE','SEQUENCE','PARTITION','BRANCH','COMMIT','TAG');
CREATE TYPE pggit.change_type AS ENUM ('CREATE','ALTER','DROP','RENAME','COMMENT','BRANCH','MERGE','CONFLICT_RESOLVED');
CREATE TYPE pggit.change_severity AS ENUM ('MAJOR','MINOR','PATCH');
CREATE TYPE pggit.branch_status AS ENUM ('ACTIVE','MERGED','DELETED','CONFLICTED');
CREATE TYPE pggit.merge_resolution AS ENUM ('AUTO_RESOLVED','MANUAL_RESOLVED','CONFLICT_PENDING','MERGE_REJECTED');
CREATE TABLE pggit.objects (id serial PRIMARY KEY, object_type pggit.object_type NOT NULL, schema_name text NOT NULL, object_name text NOT NULL,
  full_name text GENERATED ALWAYS AS (CASE WHEN schema_name = '' THEN object_name ELSE schema_name || '.' || object_name END) STORED,
  parent_id integer REFERENCES pggit.objects ON DELETE CASCADE, content_hash text, ddl_normalized text, branch_id integer DEFAULT 1, branch_name text DEFAULT 'main',
  version integer NOT NULL DEFAULT 1, version_major integer NOT NULL DEFAULT 1, version_minor integer NOT NULL DEFAULT 0, version_patch integer NOT NULL DEFAULT 0,
  metadata jsonb DEFAULT '{}', is_active boolean DEFAULT true, created_at timestamp DEFAULT CURRENT_TIMESTAMP, updated_at timestamp DEFAULT CURRENT_TIMESTAMP,
  ddl_hash text, structure_hash text, constraints_hash text, indexes_hash text, UNIQUE (object_type, schema_name, object_name, branch_name));
CREATE TABLE pggit.branches (id serial PRIMARY KEY, name text NOT NULL UNIQUE CONSTRAINT branch_name_format CHECK (name ~ '^[a-zA-Z0-9._/#-]+$'),
  parent_branch_id integer REFERENCES pggit.branches, head_commit_hash text, status pggit.branch_status DEFAULT 'ACTIVE', created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  created_by text DEFAULT CURRENT_USER, merged_at timestamp, merged_by text, branch_type text DEFAULT 'standard', total_objects integer DEFAULT 0,
  modified_objects integer DEFAULT 0, storage_efficiency numeric(5,2) DEFAULT 100.00, description text);
INSERT INTO pggit.branches (id, name) VALUES (1, 'main');
CREATE TABLE pggit.commits (id serial PRIMARY KEY, hash text NOT NULL UNIQUE DEFAULT md5(random()::text), branch_id integer NOT NULL REFERENCES pggit.branches ON DELETE CASCADE,
  parent_commit_hash text, message text, author text DEFAULT CURRENT_USER, authored_at timestamp DEFAULT CURRENT_TIMESTAMP, committer text DEFAULT CURRENT_USER,
  committed_at timestamp DEFAULT CURRENT_TIMESTAMP, tree_hash text, object_hashes jsonb DEFAULT '{}', metadata jsonb DEFAULT '{}');
CREATE TABLE pggit.history (id serial PRIMARY KEY, object_id integer NOT NULL REFERENCES pggit.objects ON DELETE CASCADE, change_type pggit.change_type NOT NULL,
  change_severity pggit.change_severity NOT NULL, commit_hash text, branch_id integer REFERENCES pggit.branches ON DELETE CASCADE, merge_base_hash text,
  merge_resolution pggit.merge_resolution, old_version integer, new_version integer, old_metadata jsonb, new_metadata jsonb, change_description text, sql_executed text,
  created_at timestamp DEFAULT CURRENT_TIMESTAMP, created_by text DEFAULT CURRENT_USER, old_hash text, new_hash text);
CREATE TABLE pggit.dependencies (id serial PRIMARY KEY, dependent_id integer NOT NULL REFERENCES pggit.objects ON DELETE CASCADE,
  depends_on_id integer NOT NULL REFERENCES pggit.objects ON DELETE CASCADE, branch_id integer DEFAULT 1 REFERENCES pggit.branches,
  dependency_type text NOT NULL DEFAULT 'generic', metadata jsonb DEFAULT '{}', created_at timestamp DEFAULT CURRENT_TIMESTAMP, UNIQUE (dependent_id, depends_on_id));
CREATE TABLE pggit.migrations (id serial PRIMARY KEY, version text NOT NULL UNIQUE, description text, up_script text NOT NULL, down_script text, checksum text,
  applied_at timestamp, applied_by text, execution_time_ms integer, created_at timestamp DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE pggit.ai_decisions (id serial PRIMARY KEY, migration_id text, original_content text, ai_prompt text, ai_response text, confidence numeric,
  human_override boolean DEFAULT false, override_reason text, model_version text, inference_time_ms integer, created_at timestamp DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE pggit.ai_edge_cases (id serial PRIMARY KEY, migration_id text, case_type text, original_content text, ai_suggestion text, confidence numeric,
  risk_level text, review_status text DEFAULT 'PENDING', reviewer_notes text, reviewed_at timestamp, created_at timestamp DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE pggit.branch_size_metrics (id serial PRIMARY KEY, branch_name text NOT NULL, branch_status pggit.branch_status, object_count integer NOT NULL DEFAULT 0,
  total_size_bytes bigint NOT NULL DEFAULT 0, data_size_bytes bigint NOT NULL DEFAULT 0, index_size_bytes bigint NOT NULL DEFAULT 0, blob_count integer NOT NULL DEFAULT 0,
  blob_size_bytes bigint NOT NULL DEFAULT 0, commit_count integer NOT NULL DEFAULT 0, last_commit_date timestamp, last_accessed timestamp DEFAULT CURRENT_TIMESTAMP,
  created_at timestamp DEFAULT CURRENT_TIMESTAMP, updated_at timestamp DEFAULT CURRENT_TIMESTAMP);
GRANT USAGE ON SCHEMA pggit TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pggit TO PUBLIC;

CREATE FUNCTION pggit.note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  command record;
  noted integer;
BEGIN
  FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE VIEW', 'CREATE FUNCTION') LOOP
    INSERT INTO pggit.objects AS o (object_type, schema_name, object_name, version, version_minor)
    VALUES (CASE command.object_type WHEN 'table' THEN 'TABLE' WHEN 'view' THEN 'VIEW' ELSE 'FUNCTION' END::pggit.object_type, command.schema_name,
      CASE WHEN command.object_type = 'function' THEN command.objid::text ELSE split_part(command.object_identity, '.', 2) END, 2, 1)
    ON CONFLICT (object_type, schema_name, object_name, branch_name) DO UPDATE SET version = o.version + 1, version_major = o.version_major + 1,
      version_minor = 0, metadata = '{}' RETURNING id INTO noted;
    INSERT INTO pggit.history (object_id, change_type, change_severity, old_version, new_version, change_description)
    SELECT id, 'ALTER', 'MAJOR', version - 1, version, command.command_tag FROM pggit.objects WHERE id = noted;
  END LOOP;
END $$;
CREATE FUNCTION pggit.note_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pggit.objects o SET is_active = false FROM pg_event_trigger_dropped_objects() d
  WHERE o.schema_name = d.schema_name AND o.object_name = d.object_name AND o.object_type::text = upper(d.object_type);
END $$;
CREATE EVENT TRIGGER pggit_ddl_trigger ON ddl_command_end EXECUTE FUNCTION pggit.note_ddl();
CREATE EVENT TRIGGER pggit_drop_trigger ON sql_drop EXECUTE FUNCTION pggit.note_drop();
ALTER EVENT TRIGGER pggit_drop_trigger ENABLE ALWAYS;
`;
