-- The functions under the extension's names and signatures. Nothing here fires by itself: there are no event triggers.
CREATE FUNCTION pggit.version() RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
AS $$ SELECT 'pggit store 1'::text $$;

-- One row: the object on the current branch (pggit.current_branch), else on main, else on any.
CREATE FUNCTION pggit.get_version(p_object_name text)
RETURNS TABLE (object_name text, schema_name text, version integer, version_string text, created_at timestamp)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT o.object_name, o.schema_name, o.version, concat_ws('.', o.version_major, o.version_minor, o.version_patch), o.created_at
  FROM pggit.objects o
  WHERE o.full_name = p_object_name AND o.is_active
  ORDER BY o.branch_name = coalesce(nullif(current_setting('pggit.current_branch', true), ''), 'main') DESC,
           o.branch_name = 'main' DESC, o.id
  LIMIT 1
$$;

CREATE FUNCTION pggit.get_history(p_object_name text, p_limit integer DEFAULT 10)
RETURNS TABLE (version integer, change_type pggit.change_type, change_description text, created_at timestamp, created_by text)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT h.new_version, h.change_type, h.change_description, h.created_at, h.created_by
  FROM pggit.history h
  JOIN pggit.objects o ON o.id = h.object_id
  WHERE o.full_name = p_object_name
  ORDER BY h.created_at DESC, h.id DESC
  LIMIT p_limit
$$;

-- The size is that of the branch's tables where they stand in this database, which are those of the branches that were run here.
CREATE FUNCTION pggit.list_branches(p_status pggit.branch_status DEFAULT NULL, p_inactive_days integer DEFAULT NULL)
RETURNS TABLE (branch_name text, status pggit.branch_status, size_mb numeric, last_commit timestamp, days_inactive integer, commit_count integer)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT b.name, b.status, round(size.bytes / 1024 / 1024, 2), work.last_commit, work.days, work.commits
  FROM pggit.branches b
  CROSS JOIN LATERAL (
    SELECT max(c.committed_at) AS last_commit,
           extract(day FROM (now() AT TIME ZONE 'UTC') - max(c.committed_at))::integer AS days,
           count(*)::integer AS commits
    FROM pggit.commits c WHERE c.branch_id = b.id
  ) work
  CROSS JOIN LATERAL (
    SELECT sum(pg_total_relation_size(c.oid))::numeric AS bytes
    FROM pggit.objects o
    JOIN pg_namespace n ON n.nspname = o.schema_name
    JOIN pg_class c ON c.relnamespace = n.oid AND quote_ident(c.relname) = o.object_name
    WHERE o.branch_name = b.name AND o.is_active AND o.object_type IN ('TABLE', 'MATERIALIZED_VIEW')
  ) size
  WHERE (p_status IS NULL OR b.status = p_status)
    AND (p_inactive_days IS NULL OR work.days > p_inactive_days)
  ORDER BY size.bytes DESC NULLS LAST, b.id
$$;

-- A branch in the record: the parent's objects as they are, and its head. It changes no schema; p_copy_data is accepted and has nothing to copy.
CREATE FUNCTION pggit.create_branch(p_branch_name text, p_parent_branch text DEFAULT 'main', p_copy_data boolean DEFAULT false)
RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  parent pggit.branches;
  made integer;
BEGIN
  IF length(p_branch_name) > 255 THEN
    RAISE EXCEPTION 'the name of a branch has at most 255 characters' USING ERRCODE = 'name_too_long';
  END IF;
  SELECT * INTO parent FROM pggit.branches WHERE name = p_parent_branch;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no branch %', p_parent_branch USING ERRCODE = 'undefined_object';
  END IF;
  INSERT INTO pggit.branches (name, parent_branch_id, head_commit_hash)
  VALUES (p_branch_name, parent.id, parent.head_commit_hash)
  RETURNING id INTO made;
  INSERT INTO pggit.objects (object_type, schema_name, object_name, content_hash, ddl_normalized, branch_id, branch_name,
                             version, version_major, version_minor, version_patch, metadata)
  SELECT object_type, schema_name, object_name, content_hash, ddl_normalized, made, p_branch_name,
         version, version_major, version_minor, version_patch, metadata - 'pggit'
  FROM pggit.objects WHERE branch_id = parent.id AND is_active;
  UPDATE pggit.branches SET total_objects = (SELECT count(*) FROM pggit.objects WHERE branch_id = made) WHERE id = made;
  RETURN made;
END
$$;

-- Moves the session's current branch; no DDL runs.
CREATE FUNCTION pggit.checkout_branch(p_branch_name text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM 1 FROM pggit.branches WHERE name = p_branch_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no branch %', p_branch_name USING ERRCODE = 'undefined_object';
  END IF;
  PERFORM set_config('pggit.current_branch', p_branch_name, false);
  RETURN format('on branch %s; the schema of the database is as it was', p_branch_name);
END
$$;

CREATE FUNCTION pggit.get_impact_analysis(p_object_name text)
RETURNS TABLE (level integer, object_type pggit.object_type, dependent_object text, dependency_type text, impact_description text)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  WITH RECURSIVE reached AS (
    SELECT 1 AS level, o.id, o.object_type, o.full_name, d.dependency_type, ARRAY[needed.id, o.id] AS path
    FROM pggit.objects needed
    JOIN pggit.dependencies d ON d.depends_on_id = needed.id
    JOIN pggit.objects o ON o.id = d.dependent_id AND o.is_active
    WHERE needed.full_name = p_object_name AND needed.is_active AND o.id <> needed.id
    UNION ALL
    SELECT r.level + 1, o.id, o.object_type, o.full_name, d.dependency_type, r.path || o.id
    FROM reached r
    JOIN pggit.dependencies d ON d.depends_on_id = r.id
    JOIN pggit.objects o ON o.id = d.dependent_id AND o.is_active
    WHERE r.level < 5 AND o.id <> ALL (r.path)
  )
  SELECT DISTINCT r.level, r.object_type, r.full_name, r.dependency_type,
         CASE r.level WHEN 1 THEN 'Direct dependency' ELSE format('Indirect dependency (level %s)', r.level) END
  FROM reached r
  ORDER BY 1, 2, 3
$$;

CREATE FUNCTION pggit.add_dependency(p_dependent_name text, p_depends_on_name text, p_dependency_type text DEFAULT 'generic')
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO pggit.dependencies (dependent_id, depends_on_id, branch_id, dependency_type)
  SELECT dependent.id, needed.id, dependent.branch_id, p_dependency_type
  FROM pggit.objects dependent
  JOIN pggit.objects needed ON needed.branch_id = dependent.branch_id AND needed.full_name = p_depends_on_name AND needed.is_active
  WHERE dependent.full_name = p_dependent_name AND dependent.is_active
  ON CONFLICT (dependent_id, depends_on_id) DO UPDATE SET dependency_type = excluded.dependency_type;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% and % are not objects of one branch', p_dependent_name, p_depends_on_name USING ERRCODE = 'undefined_object';
  END IF;
END
$$;

CREATE FUNCTION pggit.increment_version(
  p_object_id integer, p_change_type pggit.change_type, p_change_severity pggit.change_severity,
  p_description text DEFAULT NULL, p_new_metadata jsonb DEFAULT NULL, p_sql_executed text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  was pggit.objects;
BEGIN
  SELECT * INTO was FROM pggit.objects WHERE id = p_object_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no object %', p_object_id USING ERRCODE = 'undefined_object';
  END IF;
  UPDATE pggit.objects SET
    version = was.version + 1,
    version_major = was.version_major + (p_change_severity = 'MAJOR')::integer,
    version_minor = CASE p_change_severity WHEN 'MAJOR' THEN 0 WHEN 'MINOR' THEN was.version_minor + 1 ELSE was.version_minor END,
    version_patch = CASE p_change_severity WHEN 'PATCH' THEN was.version_patch + 1 ELSE 0 END,
    metadata = coalesce(p_new_metadata, was.metadata),
    updated_at = now() AT TIME ZONE 'UTC'
  WHERE id = p_object_id;
  INSERT INTO pggit.history (object_id, change_type, change_severity, branch_id, old_version, new_version, old_metadata, new_metadata,
                             change_description, sql_executed)
  VALUES (p_object_id, p_change_type, p_change_severity, was.branch_id, was.version, was.version + 1, was.metadata,
          coalesce(p_new_metadata, was.metadata), p_description, p_sql_executed);
  RETURN was.version + 1;
END
$$;
