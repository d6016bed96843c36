-- The views under the extension's names, with its columns.
CREATE VIEW pggit.object_versions AS
SELECT o.object_type, o.full_name, o.version,
       concat_ws('.', o.version_major, o.version_minor, o.version_patch) AS version_string,
       o.parent_id, parent.full_name AS parent_name, o.metadata, o.created_at, o.updated_at
FROM pggit.objects o
LEFT JOIN pggit.objects parent ON parent.id = o.parent_id
WHERE o.is_active
ORDER BY o.object_type, o.full_name;

CREATE VIEW pggit.recent_changes AS
SELECT o.object_type, o.full_name AS object_name, h.change_type, h.change_severity, h.old_version, h.new_version,
       h.change_description, h.created_at, h.created_by
FROM pggit.history h
JOIN pggit.objects o ON o.id = h.object_id
ORDER BY h.created_at DESC, h.id DESC
LIMIT 100;

CREATE VIEW pggit.dependency_graph AS
SELECT dependent.object_type AS dependent_type, dependent.full_name AS dependent_name,
       needed.object_type AS depends_on_type, needed.full_name AS depends_on_name, d.dependency_type, d.metadata
FROM pggit.dependencies d
JOIN pggit.objects dependent ON dependent.id = d.dependent_id AND dependent.is_active
JOIN pggit.objects needed ON needed.id = d.depends_on_id AND needed.is_active
ORDER BY dependent.full_name, needed.full_name;

CREATE VIEW pggit.pending_migrations AS
SELECT version, description, created_at, length(up_script) AS script_size
FROM pggit.migrations
WHERE applied_at IS NULL
ORDER BY version;

CREATE VIEW pggit.pending_ai_reviews AS
SELECT id, migration_id, case_type, risk_level, confidence, created_at, length(original_content) AS migration_size_bytes
FROM pggit.ai_edge_cases
WHERE review_status = 'PENDING'
ORDER BY array_position(ARRAY['HIGH', 'MEDIUM'], risk_level) NULLS LAST, confidence, created_at;

CREATE VIEW pggit.migration_history AS
SELECT m.migration_id, m.tool_name, m.migration_name, m.applied_at, m.applied_by, m.execution_time, m.success,
       c.id AS commit_id, c.message AS commit_message, c.tree_hash,
       (SELECT count(DISTINCT h.object_id) FROM pggit.history h WHERE h.commit_hash = c.hash) AS objects_changed
FROM pggit.external_migrations m
LEFT JOIN pggit.commits c ON c.id = m.pggit_commit_id
ORDER BY m.applied_at DESC, m.migration_id DESC;
