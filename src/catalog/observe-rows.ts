import type { Session } from "../database/session.ts";
import type { ObjectAddress } from "../model/catalog.ts";
import type { RowChange, SequenceMove } from "../model/replay.ts";
import type { Memory, ReadObject } from "./memory.ts";

interface Counted {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly relkind: string;
  readonly inserted: string;
  readonly updated: string;
  readonly deleted: string;
}

/** What every table had seen when a file began that ends transactions itself. By oid. */
export type RowBaseline = ReadonlyMap<number, Counted>;

interface RowWatch {
  readonly session: Session;
  readonly memory: Memory;
  readonly baseline: RowBaseline | null;
  /** Tables that a statement rewrote (`table_rewrite`): a new file does not mean TRUNCATE. */
  readonly rewritten: ReadonlySet<number>;
}

interface RowObservations {
  readonly rows: readonly RowChange[];
  readonly sequences: readonly SequenceMove[];
  readonly truncated: readonly ObjectAddress[];
}

const relation = (oid: number): ObjectAddress => ({ catalog: "pg_class", oid });

async function totals(session: Session): Promise<RowBaseline> {
  const rows = await session.rows<Counted>("select * from pggit_shadow.row_totals()");
  return new Map(rows.map((row) => [row.oid, row]));
}

async function moves({ session, memory }: RowWatch, sequences: readonly number[]): Promise<readonly SequenceMove[]> {
  if (sequences.length === 0) return [];
  const objects = await session.rows<{ object: ReadObject }>(
    "select o as object from pggit_shadow.read(pg_catalog.array_fill('pg_class'::pg_catalog.text, array[pg_catalog.cardinality($1::pg_catalog.oid[])]), $1::pg_catalog.oid[]) o",
    [sequences],
  );
  return memory.shown(objects.map((row) => row.object)).flatMap(({ oid, identity, facts }) => {
    if (facts.kind !== "sequence") return [];
    const known = memory.get(relation(oid))?.facts;
    const before = known?.kind === "sequence" ? known : null;
    const moved = facts.lastValue !== (before?.lastValue ?? null) || (facts.waitingAt ?? null) !== (before?.waitingAt ?? null);
    return moved ? [{ sequence: relation(oid), identity, before: before?.lastValue ?? null, after: facts.lastValue }] : [];
  });
}

/** `since`: look for TRUNCATE among the relations written by this transaction or later ones; `null` where pg_class did not change. */
async function since(watch: RowWatch, transaction: string | null): Promise<RowObservations> {
  const { session, memory, baseline } = watch;
  const counted =
    baseline === null ? await session.rows<Counted>("select * from pggit_shadow.rows_touched()") : [...(await totals(session)).values()];
  const changes = new Map<number, RowChange>();
  const change = (
    row: Pick<Counted, "oid" | "schema" | "name" | "identity">,
    counts: Pick<RowChange, "inserted" | "updated" | "deleted" | "truncated">,
  ): void => {
    const { oid, identity } = row;
    if (!memory.isExcluded(row))
      changes.set(oid, { table: relation(oid), identity, ...counts, existedBefore: memory.get(relation(oid)) !== undefined });
  };
  for (const row of counted.filter(({ relkind }) => relkind === "r")) {
    const was = baseline?.get(row.oid);
    const inserted = Number(row.inserted) - Number(was?.inserted ?? 0);
    const updated = Number(row.updated) - Number(was?.updated ?? 0);
    const deleted = Number(row.deleted) - Number(was?.deleted ?? 0);
    if (inserted + updated + deleted > 0) change(row, { inserted, updated, deleted, truncated: false });
  }
  const truncated: ObjectAddress[] = [];
  if (transaction !== null) {
    const files = await session.rows<Pick<Counted, "oid" | "schema" | "name" | "identity"> & { readonly filenode: number }>(
      "select * from pggit_shadow.filenodes($1::pg_catalog.int8)",
      [transaction],
    );
    for (const file of files) {
      const known = memory.filenode(file.oid);
      if (known === undefined || known === file.filenode || watch.rewritten.has(file.oid)) continue;
      const counts = changes.get(file.oid) ?? { inserted: 0, updated: 0, deleted: 0 };
      change(file, { inserted: counts.inserted, updated: counts.updated, deleted: counts.deleted, truncated: true });
      truncated.push(relation(file.oid));
    }
  }
  const sequences = await moves(
    watch,
    counted.filter(({ relkind }) => relkind === "S").map(({ oid }) => oid),
  );
  return { rows: [...changes.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1)), sequences, truncated };
}

/** Whose rows changed, which sequences moved and which tables were emptied by TRUNCATE, counted by PostgreSQL. */
export const observeRows = { totals, since, nothing: { rows: [], sequences: [], truncated: [] } satisfies RowObservations };
