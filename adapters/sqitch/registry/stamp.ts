import { parseQualifiedName } from "../../../src/sql/names.ts";
import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import type { Stamp } from "../../adapter.ts";
import { registryComments } from "./comments.ts";
import { readEntry, type Entry } from "./entry.ts";
import { registrySql } from "./tables.ts";

function schemaOf(table: string): string {
  return quoteIdentifier(parseQualifiedName(table).schema ?? "sqitch");
}

/** The registry of version 1.1, with the row that says so. `table`: its table of changes, quoted. */
export function createRegistry(table: string): readonly string[] {
  const { name, email } = committer(null);
  return [
    ...registrySql(parseQualifiedName(table).schema ?? "sqitch"),
    ...registryComments(schemaOf(table)),
    `INSERT INTO ${schemaOf(table)}.releases (version, installer_name, installer_email) VALUES (1.1, ${name}, ${email})`,
  ];
}

/** Enters a change as `sqitch deploy` does (`DBIEngine`, `register_project` and `log_deploy_change`). */
export function stampChange({ migration, table, by }: Stamp): readonly string[] {
  const change = readEntry(migration.entry);
  if (change === null) return [];
  const schema = schemaOf(table);
  const { name, email } = committer(by);
  const id = quoteLiteral(change.id);
  const project = quoteLiteral(change.project);
  const uri = change.uri === null ? "NULL" : quoteLiteral(change.uri);
  const planned = plannedValues(change);
  const hash = migration.checksum === null ? "NULL" : quoteLiteral(migration.checksum);
  return [
    `INSERT INTO ${schema}.projects (project, uri, creator_name, creator_email) VALUES (${project}, ${uri}, ${name}, ${email}) ON CONFLICT (project) DO NOTHING`,
    `INSERT INTO ${schema}.changes (change_id, script_hash, change, project, note, committer_name, committer_email, planned_at, planner_name, planner_email) VALUES (${id}, ${hash}, ${quoteLiteral(change.change)}, ${project}, ${quoteLiteral(change.note)}, ${name}, ${email}, ${planned})`,
    ...change.requires.flatMap(({ text, id: needed }) =>
      needed === null
        ? []
        : [
            `INSERT INTO ${schema}.dependencies (change_id, type, dependency, dependency_id) SELECT ${id}, 'require', ${quoteLiteral(text)}, change_id FROM ${schema}.changes WHERE change_id = ${quoteLiteral(needed)}`,
          ],
    ),
    ...change.conflicts.map(
      (text) => `INSERT INTO ${schema}.dependencies (change_id, type, dependency) VALUES (${id}, 'conflict', ${quoteLiteral(text)})`,
    ),
    ...change.tags.map(
      (tag) =>
        `INSERT INTO ${schema}.tags (tag_id, tag, project, change_id, note, committer_name, committer_email, planned_at, planner_name, planner_email) VALUES (${quoteLiteral(tag.id)}, ${quoteLiteral(`@${tag.name}`)}, ${project}, ${id}, ${quoteLiteral(tag.note)}, ${name}, ${email}, ${plannedValues(tag)})`,
    ),
    event("deploy", change, { schema, by }),
  ];
}

/** Takes a change out as `sqitch revert` does (`log_revert_change`). */
export function unstampChange({ migration, table }: Pick<Stamp, "migration" | "table">): readonly string[] {
  const change = readEntry(migration.entry);
  if (change === null) return [];
  const schema = schemaOf(table);
  const id = quoteLiteral(change.id);
  return [
    ...["tags", "dependencies", "changes"].map((name) => `DELETE FROM ${schema}.${name} WHERE change_id = ${id}`),
    event("revert", change, { schema, by: null }),
  ];
}

function event(kind: "deploy" | "revert", change: Entry, { schema, by }: { readonly schema: string; readonly by: string | null }): string {
  const { name, email } = committer(by);
  const list = (texts: readonly string[]): string => `ARRAY[${texts.map(quoteLiteral).join(", ")}]::text[]`;
  const lists = [change.requires.map(({ text }) => text), change.conflicts, change.tags.map((tag) => `@${tag.name}`)].map(list);
  return `INSERT INTO ${schema}.events (event, change_id, change, project, note, requires, conflicts, tags, committer_name, committer_email, planned_at, planner_name, planner_email) VALUES ('${kind}', ${quoteLiteral(change.id)}, ${quoteLiteral(change.change)}, ${quoteLiteral(change.project)}, ${quoteLiteral(change.note)}, ${lists.join(", ")}, ${name}, ${email}, ${plannedValues(change)})`;
}

function plannedValues({ planned, planner }: Pick<Entry, "planned" | "planner">): string {
  return [planned, planner.name, planner.email].map(quoteLiteral).join(", ");
}

/** Name and email as SQL. A person who is given without an email, and the role that runs it, get one of this host, as Sqitch makes it. */
function committer(by: string | null): { readonly name: string; readonly email: string } {
  if (by === null) return { name: "current_user", email: "current_user || '@localhost'" };
  const found = /^(.*?)\s*<([^<>]+)>$/.exec(by);
  return found === null
    ? { name: quoteLiteral(by), email: quoteLiteral(`${by.replaceAll(/[\s<>]+/g, ".")}@localhost`) }
    : { name: quoteLiteral(found[1] ?? ""), email: quoteLiteral(found[2] ?? "") };
}
