-- The schema and its types. Names, labels and columns are those of the pgGit extension ("shape A"), so that the same queries work on both.
CREATE SCHEMA IF NOT EXISTS pggit;
COMMENT ON SCHEMA pggit IS 'pggit store: made by pggit, not by the pgGit extension; remove with: pggit rollback --to-original-state';

CREATE TYPE pggit.object_type AS ENUM (
  'SCHEMA', 'TABLE', 'COLUMN', 'INDEX', 'CONSTRAINT', 'VIEW', 'MATERIALIZED_VIEW', 'FUNCTION', 'PROCEDURE',
  'TRIGGER', 'TYPE', 'SEQUENCE', 'PARTITION', 'BRANCH', 'COMMIT', 'TAG'
);
CREATE TYPE pggit.change_type AS ENUM ('CREATE', 'ALTER', 'DROP', 'RENAME', 'COMMENT', 'BRANCH', 'MERGE', 'CONFLICT_RESOLVED');
CREATE TYPE pggit.change_severity AS ENUM ('MAJOR', 'MINOR', 'PATCH');
CREATE TYPE pggit.branch_status AS ENUM ('ACTIVE', 'MERGED', 'DELETED', 'CONFLICTED');
CREATE TYPE pggit.merge_resolution AS ENUM ('AUTO_RESOLVED', 'MANUAL_RESOLVED', 'CONFLICT_PENDING', 'MERGE_REJECTED');
