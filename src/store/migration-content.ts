import { createHash } from "node:crypto";
import type { PlanMigration, PlanStatement } from "../model/plan.ts";
import { hasWayBack } from "../model/rollback.ts";

/** SHA-256, hexadecimal, of values in their JSON form. */
export function hashOf(...parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts));
}

/** SHA-256 of a text, hexadecimal. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What a migration does, as one hash: of its statements and their bulk data, whoever wrote them and wherever they run. */
export function contentHash(tool: string, { id, up }: Pick<PlanMigration, "id" | "up">): string {
  return hashOf(
    1,
    tool,
    id,
    up.map(({ sql, data }) => [sql, data?.sha256 ?? null]),
  );
}

/** A commit is named by what it does and by what it stands on: the same history has the same hashes in every database. */
export function commitHash(parent: string | null, content: string): string {
  return hashOf(1, parent, content);
}

/** The statements as one script. Bulk data is named, not copied: the whole text stands in the conversion's `up.sql`. */
export function upScript({ up, folder }: Pick<PlanMigration, "up" | "folder">): string {
  return up.map((statement) => scriptOf(statement, folder)).join("\n");
}

/** The way back as one script; `null` where none is proven. */
export function downScript(migration: Pick<PlanMigration, "rollback">): string | null {
  return downStatements(migration)?.map(terminated).join("\n") ?? null;
}

/** The statements of the way back; `null` where none is proven. An empty list: there is nothing to do. */
export function downStatements({ rollback }: Pick<PlanMigration, "rollback">): readonly string[] | null {
  return hasWayBack(rollback) ? rollback.sql : null;
}

/** Characters of SQL that one history row holds at most: a dump's rows would each repeat the whole of it. */
const longestSql = 20_000;

/**
 * What a migration ran on an object, by the object's name as the record has it: the statements that write it, else the whole script; cut at 20,000 characters, and
 * `null` where only a longer script could be named. The migration is indexed once, so that a dump of a thousand tables costs no more than its statements.
 */
export function statementsByName(migration: Pick<PlanMigration, "up" | "folder">): (name: string) => string | null {
  const byName = new Map<string, Set<PlanStatement>>();
  for (const statement of migration.up) {
    for (const key of statement.objects.writes) {
      for (const word of key.split(/[:.(]/).slice(1)) {
        const known = byName.get(word);
        if (known === undefined) byName.set(word, new Set([statement]));
        else known.add(statement);
      }
    }
  }
  const whole = upScript(migration);
  return (name) => {
    const own = byName.get(name.replace(/\(.*$/s, "").replaceAll('"', ""));
    if (own === undefined) return whole.length <= longestSql ? whole : null;
    const sql = upScript({ ...migration, up: [...own] });
    return sql.length <= longestSql ? sql : `${sql.slice(0, longestSql)} …`;
  };
}

function scriptOf({ sql, data }: PlanStatement, folder: string): string {
  if (sql === "") return "-- a program of the source tool, not SQL";
  if (data === null) return terminated(sql);
  return `${terminated(sql)}\n-- ${data.rows} rows, ${data.bytes} bytes, SHA-256 ${data.sha256}: see migrations/${folder}/up.sql`;
}

function terminated(sql: string): string {
  return `${sql.trimEnd()};`;
}
