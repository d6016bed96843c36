import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import type { MigrationReplay, RowChange, TableRows } from "../model/replay.ts";
import { isTable, READ_ROWS_SETTINGS, readTableRows } from "../replay/row-memory.ts";
import type { ProofContext } from "./context.ts";

/** Whether the rows of one table are back. */
export interface RowFinding {
  /** As it was named before the migration. */
  readonly table: string;
  /** Rows that were there before. */
  readonly count: number;
  readonly state:
    | { readonly kind: "back" }
    /** All rows, but for the values of these columns. */
    | { readonly kind: "without-values"; readonly columns: readonly string[] }
    | { readonly kind: "different"; readonly found: number }
    /** More rows than are read: only their number was compared. */
    | { readonly kind: "counted" };
}

interface Question {
  readonly replay: MigrationReplay;
  /** Rows that the candidate wrote. */
  readonly written: readonly RowChange[];
  /** The definitions as the candidate left them. */
  readonly found: CatalogSlice;
}

/** Rows as a candidate left them in a table that the migration itself did not touch: they must be as they are without it. */
export interface Unsettled {
  readonly object: CatalogObject;
  readonly found: TableRows;
}

/**
 * Compares the rows of every table that stood before and that the migration or the candidate touched with what they were. Runs inside the
 * candidate's transaction and changes its settings. A table to which nothing happened costs nothing.
 */
export async function compareTableRows(
  { replay, written, found }: Question,
  context: ProofContext,
): Promise<{ readonly findings: readonly RowFinding[]; readonly unsettled: readonly Unsettled[] }> {
  const before = new Map((replay.rowsBefore ?? []).map((rows) => [addressKey(rows.table), rows]));
  const concerned = new Map<string, CatalogObject | null>();
  for (const key of before.keys()) concerned.set(key, replay.before.get(key) ?? null);
  for (const { table, existedBefore } of replay.rows)
    if (existedBefore) concerned.set(addressKey(table), replay.before.get(addressKey(table)) ?? null);
  const own = new Map<string, CatalogObject>();
  const touched = [...written.map(({ table }) => table), ...[...found.values()].map(({ address }) => address)];
  for (const address of touched) {
    const key = addressKey(address);
    const object = replay.before.get(key);
    const writtenTo = written.some(({ table }) => addressKey(table) === key);
    if (object !== undefined && writtenTo) concerned.set(key, object);
    else if (object === undefined && !replay.after.has(key) && !concerned.has(key)) {
      const remembered = context.reader.remembered([address]).get(key);
      if (remembered !== undefined) own.set(key, remembered);
    }
  }
  if (concerned.size === 0 && own.size === 0) return { findings: [], unsettled: [] };
  const { session, reader } = context;
  const byIdentity = new Map([...found.values()].map((object) => [object.identity, object]));
  await session.run(READ_ROWS_SETTINGS);
  const findings: RowFinding[] = [];
  for (const [key, old] of concerned) {
    const [catalog = "", oid = ""] = key.split("/");
    const remembered = old ?? reader.remembered([{ catalog, oid: Number(oid) }]).get(key);
    const now = found.get(key) ?? byIdentity.get(remembered?.identity ?? "") ?? remembered;
    if (remembered === undefined || now === undefined || !isTable(now) || !isTable(remembered)) continue;
    findings.push(compareOne(remembered.identity, before.get(key) ?? null, await readTableRows(session, now)));
  }
  const unsettled: Unsettled[] = [];
  for (const [key, object] of own) {
    const now = found.get(key) ?? byIdentity.get(object.identity) ?? object;
    if (isTable(object) && isTable(now)) unsettled.push({ object, found: await readTableRows(session, now) });
  }
  return { findings, unsettled };
}

/** Compares rows that only the candidate may have changed with the table as it stands without it. Outside of any transaction. */
export async function settleRows(unsettled: readonly Unsettled[], { session }: ProofContext): Promise<readonly RowFinding[]> {
  if (unsettled.length === 0) return [];
  await session.run(`BEGIN; ${READ_ROWS_SETTINGS}`);
  const findings: RowFinding[] = [];
  for (const { object, found } of unsettled) findings.push(compareOne(object.identity, await readTableRows(session, object), found));
  await session.run("COMMIT");
  return findings;
}

function compareOne(table: string, expected: TableRows | null, found: TableRows): RowFinding {
  const count = expected?.count ?? 0;
  if (found.count !== count) return { table, count, state: { kind: "different", found: found.count } };
  if (count === 0) return { table, count, state: { kind: "back" } };
  if (expected === null || expected.digest === null || found.digest === null) return { table, count, state: { kind: "counted" } };
  if (expected.digest === found.digest) return { table, count, state: { kind: "back" } };
  const columns = Object.keys(expected.columns).filter((name) => expected.columns[name] !== found.columns[name]);
  return { table, count, state: columns.length === 0 ? { kind: "different", found: found.count } : { kind: "without-values", columns } };
}
