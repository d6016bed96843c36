import type { CatalogObject, ColumnFacts } from "../model/catalog.ts";
import { addressKey } from "../model/catalog.ts";
import type { MigrationReplay, RowChange } from "../model/replay.ts";
import type { Loss } from "../model/rollback.ts";
import { holdsRows } from "../rows/shape.ts";
import { keepsValues } from "./derive/conversions.ts";

/** What a migration destroyed, and what going back from it destroys. */
export interface Losses {
  readonly up: readonly Loss[];
  readonly down: readonly Loss[];
}

/** What is said of columns that are gone. */
export const DROPPED_VALUES = "values of the dropped columns";

/** What is said of a table that was emptied. */
export const TRUNCATED_ROWS = "the rows that it truncated";

function columnsOf(object: CatalogObject): readonly ColumnFacts[] {
  return object.facts.kind === "relation" ? object.facts.columns : [];
}

export function rowWord(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}

/** Names the rows and values that are lost, by table and column, from the definitions before and after and the rows that were written. */
export function findLosses(replay: MigrationReplay): Losses {
  const up: Loss[] = [];
  const down: Loss[] = [];
  for (const [key, object] of replay.before) {
    if (!holdsRows(object)) continue;
    const now = replay.after.get(key);
    if (now === undefined) {
      const rows = replay.rowsBefore?.find(({ table }) => addressKey(table) === key)?.count ?? 0;
      up.push({ table: object.identity, columns: [], what: `all rows of the dropped table (${rows} on the shadow)` });
    } else up.push(...lostValues(object, now));
  }
  for (const [key, object] of replay.after) {
    if (!holdsRows(object)) continue;
    const old = replay.before.get(key);
    if (old === undefined) down.push({ table: object.identity, columns: [], what: "all rows of the table that the migration created" });
    else {
      const known = new Set(columnsOf(old).map(({ number }) => number));
      const added = columnsOf(object).filter(({ number, generated }) => !known.has(number) && generated === null);
      if (added.length > 0) {
        down.push({
          table: object.identity,
          columns: added.map(({ name }) => name),
          what: "values of the columns that the migration added",
        });
      }
    }
  }
  for (const row of replay.rows) up.push(...lostRows(row, replay));
  return { up: inOrder(up), down: inOrder(down) };
}

/** By table, so that the same history says the same whatever order the catalog told it in. */
function inOrder(losses: readonly Loss[]): readonly Loss[] {
  return [...losses].sort((left, right) =>
    (left.table ?? "") < (right.table ?? "") ? -1 : (left.table ?? "") > (right.table ?? "") ? 1 : 0,
  );
}

/** Values of a table that stayed: dropped columns, and conversions that do not keep every value. */
function lostValues(before: CatalogObject, after: CatalogObject): readonly Loss[] {
  const now = new Map(columnsOf(after).map((column) => [column.number, column]));
  const dropped = columnsOf(before).filter(({ number, generated }) => !now.has(number) && generated === null);
  const converted = columnsOf(before).filter((column) => {
    const type = now.get(column.number)?.type;
    return (
      type !== undefined &&
      type !== column.type &&
      column.generated === null &&
      !isSameUserType(column.type, type) &&
      !keepsValues(column.type, type)
    );
  });
  return [
    ...(dropped.length === 0 ? [] : [{ table: before.identity, columns: dropped.map(({ name }) => name), what: DROPPED_VALUES }]),
    ...converted.map(({ name, type }) => ({
      table: before.identity,
      columns: [name],
      what: `values that the conversion from ${type} to ${now.get(columnsOf(before).find((column) => column.name === name)?.number ?? 0)?.type ?? "another type"} did not keep`,
    })),
  ];
}

/** A type of the history's own under another name, or an enum made again: the values stay. */
function isSameUserType(before: string, after: string): boolean {
  return before.includes(".") && after.includes(".");
}

function lostRows(row: RowChange, replay: MigrationReplay): readonly Loss[] {
  if (!row.existedBefore) return [];
  // A dropped table has lost all its rows, whatever happened to them before.
  const key = addressKey(row.table);
  if (replay.before.has(key) && !replay.after.has(key)) return [];
  const losses: Loss[] = [];
  const table = replay.before.get(key)?.identity ?? row.identity;
  if (row.truncated) losses.push({ table, columns: [], what: TRUNCATED_ROWS });
  if (row.deleted > 0) losses.push({ table, columns: [], what: `the ${rowWord(row.deleted)} that it deleted` });
  if (row.updated > 0 && !onlyNewColumns(row, replay)) {
    losses.push({ table, columns: [], what: `the values that it overwrote in ${rowWord(row.updated)}` });
  }
  return losses;
}

/** Whether the updates only filled columns that the migration itself added: going back drops them. */
export function onlyNewColumns(row: RowChange, replay: MigrationReplay): boolean {
  const before = replay.before.get(addressKey(row.table));
  const after = replay.after.get(addressKey(row.table));
  const rows = replay.rowsBefore?.find(({ table }) => addressKey(table) === addressKey(row.table));
  if (before === undefined || after === undefined || rows === undefined || rows.count === 0) return false;
  const targets = updatedColumns(row, replay);
  if (targets === null) return false;
  const old = new Set(columnsOf(before).map(({ number }) => number));
  const added = new Set(
    columnsOf(after)
      .filter(({ number }) => !old.has(number))
      .map(({ name }) => name),
  );
  return targets.every((name) => added.has(name));
}

/** The columns that the migration's UPDATEs of a table set; `null` where something else may have updated it. */
export function updatedColumns(row: Pick<RowChange, "identity">, replay: MigrationReplay): readonly string[] | null {
  const columns: string[] = [];
  let known = false;
  for (const { parsed, outcome } of replay.statements) {
    if (outcome.kind !== "done") continue;
    for (const change of parsed?.changes ?? []) {
      if (change.effect === "unknown" || change.kind === "merge") return null;
      if (change.kind !== "update" || change.object === null) continue;
      const name = row.identity.replace(/^(?:"(?:[^"]|"")+"|[^.]+)\./, "").replaceAll('"', "");
      if (change.object.name !== name) continue;
      if (change.details.columns === undefined) return null;
      columns.push(...change.details.columns);
      known = true;
    }
  }
  return known ? columns : null;
}
