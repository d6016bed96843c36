-- Names as people write them: without schema the object in public is meant, where no object has the whole name.
CREATE FUNCTION pggit.objects_named(p_object_name text) RETURNS SETOF pggit.objects
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT o.* FROM pggit.objects o
  WHERE o.full_name = p_object_name
     OR (o.full_name = 'public.' || p_object_name AND NOT EXISTS (SELECT FROM pggit.objects whole WHERE whole.full_name = p_object_name))
$$;

CREATE OR REPLACE FUNCTION pggit.get_version(p_object_name text)
RETURNS TABLE (object_name text, schema_name text, version integer, version_string text, created_at timestamp)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT o.object_name, o.schema_name, o.version, concat_ws('.', o.version_major, o.version_minor, o.version_patch), o.created_at
  FROM pggit.objects_named(p_object_name) o
  WHERE o.is_active
  ORDER BY o.branch_name = coalesce(nullif(current_setting('pggit.current_branch', true), ''), 'main') DESC,
           o.branch_name = 'main' DESC, o.id
  LIMIT 1
$$;

CREATE OR REPLACE FUNCTION pggit.get_history(p_object_name text, p_limit integer DEFAULT 10)
RETURNS TABLE (version integer, change_type pggit.change_type, change_description text, created_at timestamp, created_by text)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT h.new_version, h.change_type, h.change_description, h.created_at, h.created_by
  FROM pggit.objects_named(p_object_name) o
  JOIN pggit.history h ON h.object_id = o.id
  ORDER BY h.created_at DESC, h.id DESC
  LIMIT p_limit
$$;
