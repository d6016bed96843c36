import { quoteIdentifier } from "../../../src/sql/quote.ts";

const TABLES = ["releases", "projects", "changes", "tags", "dependencies", "events"];

/** Sqitch's own tables, as `schema.name`. */
export function registryTables(registry: string): readonly string[] {
  return TABLES.map((table) => `${registry}.${table}`);
}

/** Whether a script names the registry, by its schema or by the variable that holds it. */
export function mentionsRegistry(text: string, registry: string): boolean {
  return /:["']?registry\b/.test(text) || text.toLowerCase().includes(`${registry.toLowerCase()}.`) || text.includes(`"${registry}".`);
}

/** The registry of version 1.1 (`App/Sqitch/Engine/pg.sql`), for scripts that read or write it. */
export function registrySql(registry: string): readonly string[] {
  const schema = quoteIdentifier(registry);
  const planned = "planned_at timestamptz NOT NULL, planner_name text NOT NULL, planner_email text NOT NULL";
  const committed =
    "committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL, committer_email text NOT NULL";
  const project = `project text NOT NULL REFERENCES ${schema}.projects (project) ON UPDATE CASCADE`;
  const changeId = `change_id text NOT NULL REFERENCES ${schema}.changes (change_id) ON UPDATE CASCADE`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE ${schema}.releases (version real PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT clock_timestamp(), installer_name text NOT NULL, installer_email text NOT NULL)`,
    `CREATE TABLE ${schema}.projects (project text PRIMARY KEY, uri text UNIQUE, created_at timestamptz NOT NULL DEFAULT clock_timestamp(), creator_name text NOT NULL, creator_email text NOT NULL)`,
    `CREATE TABLE ${schema}.changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL, ${project}, note text NOT NULL DEFAULT '', ${committed}, ${planned}, UNIQUE (project, script_hash))`,
    `CREATE TABLE ${schema}.tags (tag_id text PRIMARY KEY, tag text NOT NULL, ${project}, ${changeId}, note text NOT NULL DEFAULT '', ${committed}, ${planned}, UNIQUE (project, tag))`,
    `CREATE TABLE ${schema}.dependencies (${changeId} ON DELETE CASCADE, type text NOT NULL, dependency text NOT NULL, dependency_id text REFERENCES ${schema}.changes (change_id) ON UPDATE CASCADE CONSTRAINT dependencies_check CHECK ((type = 'require' AND dependency_id IS NOT NULL) OR (type = 'conflict' AND dependency_id IS NULL)), PRIMARY KEY (change_id, dependency))`,
    `CREATE TABLE ${schema}.events (event text NOT NULL CONSTRAINT events_event_check CHECK (event IN ('deploy', 'revert', 'fail', 'merge')), change_id text NOT NULL, change text NOT NULL, ${project}, note text NOT NULL DEFAULT '', requires text[] NOT NULL DEFAULT '{}', conflicts text[] NOT NULL DEFAULT '{}', tags text[] NOT NULL DEFAULT '{}', ${committed}, ${planned}, PRIMARY KEY (change_id, committed_at))`,
  ];
}
