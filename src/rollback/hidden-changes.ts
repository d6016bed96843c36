import { addressKey, type CatalogObject } from "../model/catalog.ts";
import type { Change } from "../model/change.ts";
import type { ObjectRef } from "../model/object.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { sqlBodyStatements } from "../sql/routine-body.ts";
import { classifyStatement } from "../sql/statement.ts";

/** Kinds whose statements write rows of the table that they name. */
const WRITES = new Set<Change["kind"]>(["insert", "update", "delete", "merge", "truncate", "copy-from"]);

/** A data change that had no row to work on in the replay, and would have some elsewhere. */
export interface HiddenChange {
  readonly kind: Change["kind"];
  /** As the statement writes it. */
  readonly table: string;
  /** It was seen at work on generated rows, which did not come back: the columns with other values, empty where rows came or went. Absent: it met no row. */
  readonly columns?: readonly string[];
}

/**
 * Data changes of tables that stood before the migration which touched no row here: what they do to rows was not seen, so nothing that
 * takes it back can be proven. Not those that only fill columns which the migration itself adds.
 */
export function findHiddenChanges(replay: MigrationReplay): readonly HiddenChange[] {
  const hidden: HiddenChange[] = [];
  const created = new Set([...replay.after].filter(([key]) => !replay.before.has(key)).map(([, object]) => object.name));
  const dropped = new Set([...replay.before].filter(([key]) => !replay.after.has(key)).map(([, object]) => object.name));
  const written = new Map(replay.rows.map((row) => [nameOf(row.identity), row]));
  for (const { parsed, outcome } of replay.statements) {
    if (outcome.kind !== "done") continue;
    for (const change of [...(parsed?.changes ?? []), ...calledChanges(parsed, replay)]) {
      const targets = targetsOf(change).filter(({ name }) => !created.has(name) && !dropped.has(name));
      for (const target of targets) {
        const touched = written.get(target.name);
        if (touched !== undefined && touched.inserted + touched.updated + touched.deleted > 0) continue;
        if (change.kind === "update" && onlyAddedColumns(change, target, replay)) continue;
        hidden.push({ kind: change.kind, table: target.name });
      }
    }
  }
  return hidden;
}

/** What the functions change that a statement calls and that the migration itself made: as if it stood there. */
function calledChanges(parsed: ParsedStatement | null, { statements }: MigrationReplay): readonly Change[] {
  if (parsed === null || !parsed.changes.some(({ effect }) => effect === "unknown")) return [];
  const called = new Set(parsed.changes.flatMap(({ reads }) => reads.filter(({ kind }) => kind === "function").map(({ name }) => name)));
  return statements.flatMap((other) => {
    const made = other.parsed?.changes.find(({ kind, object }) => kind === "create-function" && object !== null && called.has(object.name));
    if (made === undefined || other.parsed === null) return [];
    return sqlBodyStatements(other.parsed.sql).flatMap((sql) => classifyStatement(sql));
  });
}

/** The tables whose rows a change writes, as far as its text names them. */
export function targetsOf(change: Change): readonly ObjectRef[] {
  if (WRITES.has(change.kind)) return change.writes.filter(({ kind }) => kind === "table");
  return change.effect === "unknown" ? change.writes.filter(({ kind }) => kind === "table") : [];
}

/** The bare name in a quoted, schema-qualified one. */
export function nameOf(identity: string): string {
  return identity.replace(/^(?:"(?:[^"]|"")+"|[^.]+)\./, "").replaceAll('"', "");
}

function onlyAddedColumns(change: Change, target: ObjectRef, replay: MigrationReplay): boolean {
  const columns = change.details.columns;
  if (columns === undefined) return false;
  for (const object of replay.after.values()) {
    if (object.name !== target.name || (target.schema !== null && object.schema !== target.schema)) continue;
    const before = replay.before.get(addressKey(object.address));
    const old = new Set(columnNames(before));
    return columns.every((name) => !old.has(name) && columnNames(object).includes(name));
  }
  return false;
}

function columnNames(object: CatalogObject | undefined): readonly string[] {
  return object?.facts.kind === "relation" ? object.facts.columns.map(({ name }) => name) : [];
}
