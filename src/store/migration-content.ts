import { createHash } from "node:crypto";
import type { PlanMigration, PlanStatement } from "../model/plan.ts";

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
  return rollback.status === "irreversible" || rollback.status === "unproven" ? null : rollback.sql;
}

/** The statements of a migration that write an object of this name, else all of them. */
export function statementsOn(migration: Pick<PlanMigration, "up" | "folder">, name: string): string {
  const bare = name.replace(/\(.*$/s, "").replaceAll('"', "");
  const own = migration.up.filter(({ objects }) => objects.writes.some((key) => key.split(/[:.(]/).includes(bare)));
  return upScript({ ...migration, up: own.length === 0 ? migration.up : own });
}

function scriptOf({ sql, data }: PlanStatement, folder: string): string {
  if (sql === "") return "-- a program of the source tool, not SQL";
  if (data === null) return terminated(sql);
  return `${terminated(sql)}\n-- ${data.rows} rows, ${data.bytes} bytes, SHA-256 ${data.sha256}: see migrations/${folder}/up.sql`;
}

function terminated(sql: string): string {
  return `${sql.trimEnd()};`;
}
