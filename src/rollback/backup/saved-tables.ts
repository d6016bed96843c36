import type { CatalogReader } from "../../catalog/reader.ts";
import { addressKey, type CatalogObject, type ColumnFacts, type RelationFacts } from "../../model/catalog.ts";
import type { Change } from "../../model/change.ts";
import type { MigrationReplay } from "../../model/replay.ts";
import type { BackupTable } from "../../model/rollback.ts";
import { holdsRows, keysOf, referencesOf } from "../../rows/shape.ts";
import { qualifiedName } from "../../sql/quote.ts";
import { targetsOf } from "../hidden-changes.ts";
import { findLosses } from "../losses.ts";
import { backupName } from "./backup-name.ts";

/** A table whose rows or values are saved, as it is before and after the migration. */
export interface SavedTable extends BackupTable {
  readonly before: CatalogObject;
  /** `null` where the migration drops it. */
  readonly after: CatalogObject | null;
  /** Columns that are there afterwards with the type that they had: their values can be compared. By their name before, the name after. */
  readonly kept: ReadonlyMap<string, string>;
  /** Whether rows may be gone afterwards that were there. */
  readonly rows: "stay" | "may go";
  /** Whether rows that stay may hold other values afterwards. */
  readonly values: "stay" | "may change";
}

/** The tables to save from, parents before those that refer to them; or why that cannot be. */
export type SavedTables =
  | { readonly kind: "tables"; readonly tables: readonly SavedTable[] }
  | { readonly kind: "refused"; readonly reason: string };

/** What statements write in a table that stood before. */
interface Written {
  /** By their names; all of them where whole rows go or nobody knows, none where rows only come. */
  readonly columns: ReadonlySet<string> | "all";
  readonly rows: "stay" | "may go";
  readonly values: "stay" | "may change";
}

interface Concerned {
  readonly before: CatalogObject;
  readonly after: CatalogObject | null;
  /** `null` where no statement writes its rows. */
  readonly written: Written | null;
}

/** Finds what a migration destroys rows or values of: tables and columns that go, types that change, and tables whose rows its statements write. */
export function findSavedTables(replay: MigrationReplay, reader: CatalogReader): SavedTables {
  const writes = writtenTables(replay, reader);
  const concerned = [...new Map([...writes.objects, ...structurallyLost(replay)])].map(([key, before]): Concerned => ({
    before,
    after: replay.before.has(key) ? (replay.after.get(key) ?? null) : before,
    written: writes.written.get(key) ?? null,
  }));
  const names = new Set(concerned.map(({ before }) => before.identity));
  const tables: SavedTable[] = [];
  for (const one of concerned) {
    if (one.before.facts.kind !== "relation" || isPartitionOf(one.before.facts, names)) continue;
    const saved = savedTable(one, replay);
    if (typeof saved === "string") return { kind: "refused", reason: `${one.before.identity}: ${saved}` };
    tables.push(saved);
  }
  return { kind: "tables", tables: parentsFirst(tables) };
}

/** Its rows are saved with those of the table that it is a part of. */
function isPartitionOf({ partitionBound, inherits }: RelationFacts, names: ReadonlySet<string>): boolean {
  return partitionBound !== null && inherits.some((parent) => names.has(parent));
}

function structurallyLost(replay: MigrationReplay): ReadonlyMap<string, CatalogObject> {
  const lost = new Set(findLosses({ ...replay, rows: [] }).up.map(({ table }) => table));
  return new Map([...replay.before].filter(([, object]) => holdsRows(object) && lost.has(object.identity)));
}

interface Writes {
  readonly objects: Map<string, CatalogObject>;
  readonly written: Map<string, Written>;
}

/** Tables that stood before and whose rows the statements write, with the tables whose rows go with theirs, as they were before. */
function writtenTables(replay: MigrationReplay, reader: CatalogReader): Writes {
  const writes: Writes = { objects: new Map(), written: new Map() };
  const add = (object: CatalogObject | undefined, { columns, rows, values }: Written): void => {
    if (object === undefined) return;
    const key = addressKey(object.address);
    const before = replay.before.get(key) ?? (replay.after.has(key) ? undefined : object);
    if (before === undefined || !holdsRows(before)) return;
    const fires = before.facts.kind === "relation" && before.facts.triggers.length > 0;
    const known = writes.written.get(key) ?? NOTHING;
    writes.objects.set(key, before);
    writes.written.set(key, {
      columns: fires || columns === "all" || known.columns === "all" ? "all" : new Set([...known.columns, ...columns]),
      rows: rows === "may go" ? rows : known.rows,
      values: fires || values === "may change" ? "may change" : known.values,
    });
  };
  const destroys: Destroyed[] = [];
  for (const { parsed, outcome } of replay.statements) {
    if (outcome.kind !== "done") continue;
    for (const change of parsed?.changes ?? []) {
      for (const target of targetsOf(change)) {
        const object = named(target, replay, reader);
        const written = writtenBy(change, parsed?.sql ?? "");
        if (object === undefined || fillsNewColumns(written, object)) continue;
        add(object, written);
        if (written.columns === "all" || written.columns.size > 0) destroys.push({ table: object, rows: written.rows });
      }
    }
  }
  for (const { table, existedBefore, inserted, updated, deleted, truncated } of replay.rows) {
    const key = addressKey(table);
    const object = existedBefore ? (replay.before.get(key) ?? reader.remembered([table]).get(key)) : undefined;
    if (object === undefined || writes.written.has(key) || inserted + updated + deleted === 0) continue;
    // What no statement names, a trigger, a function or a cascade wrote.
    if (!onlyFilled(object, replay)) add(object, ANYTHING);
    if (updated + deleted > 0 || truncated) destroys.push({ table: object, rows: "may go" });
  }
  followCascades(destroys, {
    reader,
    add: (object, { parent, action }) => {
      const own = writes.written.get(addressKey(parent.address));
      if (action === null) add(object, own ?? ANYTHING);
      else add(object, / SET |ON UPDATE/.test(action) ? ANYTHING : { ...ANYTHING, values: "stay" });
    },
  });
  return writes;
}

const NOTHING: Written = { columns: new Set(), rows: "stay", values: "stay" };
const ANYTHING: Written = { columns: "all", rows: "may go", values: "may change" };

function writtenBy({ kind, details }: Change, sql: string): Written {
  switch (kind) {
    case "copy-from":
      return NOTHING;
    case "insert":
      return /\bdo\s+update\b/i.test(sql) ? { ...ANYTHING, rows: "stay" } : NOTHING;
    case "update":
      return { ...ANYTHING, columns: details.columns === undefined ? "all" : new Set(details.columns), rows: "stay" };
    case "delete":
    case "truncate":
      return { ...ANYTHING, values: "stay" };
    case "do":
      return /\b(?:delete|truncate|merge|execute|perform|call|select)\b/i.test(sql) ? ANYTHING : { ...ANYTHING, rows: "stay" };
    default:
      return ANYTHING;
  }
}

/** Columns that the table did not have before: what they hold goes with them. Triggers may write others. */
function fillsNewColumns({ columns }: Written, { facts }: CatalogObject): boolean {
  if (columns === "all" || columns.size === 0 || facts.kind !== "relation" || facts.triggers.length > 0) return false;
  return facts.columns.every(({ name }) => !columns.has(name));
}

function onlyFilled(object: CatalogObject, replay: MigrationReplay): boolean {
  const updates = replay.statements.flatMap(({ parsed }) => (parsed?.changes ?? []).filter(({ kind }) => kind === "update"));
  const own = updates.filter((change) => targetsOf(change).some(({ name }) => name === object.name));
  return own.length > 0 && own.every((change) => fillsNewColumns(writtenBy(change, ""), object));
}

/** A statement that gives no schema means the table of that name that it touched, in `public`, or the only one there is. */
function named(
  { schema, name }: { readonly schema: string | null; readonly name: string },
  replay: MigrationReplay,
  reader: CatalogReader,
): CatalogObject | undefined {
  const same = (objects: Iterable<CatalogObject>): readonly CatalogObject[] =>
    [...objects].filter((object) => object.name === name && (schema === null || object.schema === schema) && holdsRows(object));
  const [touched] = same(replay.before.values());
  if (touched !== undefined) return touched;
  const usual = reader.named("pg_class", qualifiedName(schema ?? "public", name));
  if (usual !== undefined) return usual;
  const all = same(reader.all().values());
  return all.length === 1 ? all[0] : undefined;
}

/** Tables that data statements read: without rows in them nothing is written. */
export function findSources(replay: MigrationReplay, reader: CatalogReader): readonly CatalogObject[] {
  const found = new Set<CatalogObject>();
  for (const { parsed, outcome } of replay.statements) {
    if (outcome.kind !== "done") continue;
    for (const { effect, reads } of parsed?.changes ?? []) {
      if (effect === "catalog" || effect === "session") continue;
      for (const read of reads) {
        const object = read.kind === "table" ? named(read, replay, reader) : undefined;
        if (object !== undefined) found.add(object);
      }
    }
  }
  return [...found];
}

interface Followed {
  readonly parent: CatalogObject;
  /** The foreign key whose action changes the rows; `null` for a table that inherits. */
  readonly action: string | null;
}

interface Destroyed {
  readonly table: CatalogObject;
  readonly rows: Written["rows"];
}

/** What refers to the tables and changes with them (ON DELETE and ON UPDATE other than NO ACTION and RESTRICT), and what inherits from them. */
function followCascades(
  start: readonly Destroyed[],
  { reader, add }: { readonly reader: CatalogReader; readonly add: (object: CatalogObject, followed: Followed) => void },
): void {
  const tables = [...reader.all().values()].filter(holdsRows);
  const queue = [...start];
  const seen = new Set(start.map(({ table }) => table.identity));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { table: parent, rows } = next;
    const acts = rows === "stay" ? / ON UPDATE (?:CASCADE|SET)/ : / ON (?:DELETE|UPDATE) (?:CASCADE|SET)/;
    for (const other of tables) {
      if (seen.has(other.identity) || other.facts.kind !== "relation") continue;
      const { constraints, inherits } = other.facts;
      const action =
        constraints.find(({ references, definition }) => references === parent.identity && acts.test(definition))?.definition ?? null;
      if (action === null && !inherits.includes(parent.identity)) continue;
      seen.add(other.identity);
      add(other, { parent, action });
      queue.push({ table: other, rows });
    }
  }
}

/** A reason in words where it cannot be saved so that it can be put back. */
function savedTable({ before, after, written }: Concerned, replay: MigrationReplay): SavedTable | string {
  const facts = before.facts;
  if (facts.kind !== "relation") return "it is no table";
  const kept = keptColumns(facts, after);
  const named = written?.columns ?? new Set<string>();
  const key = chooseKey(facts, { kept: after === null ? null : kept, written: named });
  if (after !== null && key === null)
    return "it has no primary key and no unique key of NOT NULL columns that stays, by which its rows would be found again";
  // A row whose key is written is another row afterwards: it goes and comes as a whole.
  const movesKey = named !== "all" && key?.some((name) => named.has(name)) === true;
  const saves = after === null ? "rows" : written === null ? "values" : "changes";
  const values = facts.columns.filter(({ name, generated }) => generated === null && key?.includes(name) !== true);
  const whole = saves === "rows" || movesKey || named === "all";
  const columns = values.filter(({ name }) => whole || !kept.has(name) || named.has(name));
  const shape = { table: before.identity, key: key ?? [], columns: columns.map(({ name }) => name), saves } as const;
  const effect = written ?? NOTHING;
  const stays = {
    rows: movesKey ? "may go" : effect.rows,
    values: columns.every(({ name }) => kept.has(name)) ? effect.values : "may change",
  } as const;
  return { ...shape, backup: backupName(replay.migration.id, { ...shape, facts }), before, after, kept, ...stays };
}

/** Columns that are there before and after with the same type. */
function keptColumns(before: RelationFacts, after: CatalogObject | null): ReadonlyMap<string, string> {
  const now = new Map(columnsOf(after).map((column) => [column.number, column]));
  return new Map(
    before.columns.flatMap(({ number, name, type }): [string, string][] => {
      const column = now.get(number);
      return column === undefined || column.type !== type ? [] : [[name, column.name]];
    }),
  );
}

function columnsOf(object: CatalogObject | null): readonly ColumnFacts[] {
  return object?.facts.kind === "relation" ? object.facts.columns : [];
}

/** The primary key, else a unique key whose columns are all NOT NULL; of those that stay as they are, and rather one that no statement writes. `kept`: `null` where the table goes. */
function chooseKey(
  facts: RelationFacts,
  { kept, written }: { readonly kept: ReadonlyMap<string, string> | null; readonly written: Written["columns"] },
): readonly string[] | null {
  const required = new Set(facts.columns.filter(({ notNull, generated }) => notNull && generated === null).map(({ name }) => name));
  const whole = facts.indexes.filter(({ valid, definition }) => valid && !definition.includes(" WHERE "));
  const primary = (definition: string): number => Number(!definition.startsWith("PRIMARY KEY"));
  const constraints = [...facts.constraints].sort((left, right) => primary(left.definition) - primary(right.definition));
  const keys = keysOf({ constraints, indexes: whole }).filter(
    (key) => key.length > 0 && key.every((name) => required.has(name) && (kept === null || kept.has(name))),
  );
  const untouched = keys.find((key) => written === "all" || key.every((name) => !written.has(name)));
  return untouched ?? keys[0] ?? null;
}

/** Rows are put in again before the rows that refer to them; in a circle as they come. */
function parentsFirst(tables: readonly SavedTable[]): readonly SavedTable[] {
  const rest = [...tables];
  const ordered: SavedTable[] = [];
  while (rest.length > 0) {
    const waits = ({ before }: SavedTable): boolean =>
      before.facts.kind === "relation" &&
      referencesOf(before.facts).some(({ table }) => table !== before.identity && rest.some((other) => other.before.identity === table));
    const at = rest.findIndex((table) => !waits(table));
    ordered.push(...rest.splice(Math.max(at, 0), 1));
  }
  return ordered;
}
