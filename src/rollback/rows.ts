import type { Session } from "../database/session.ts";
import { addressKey, type CatalogObject, type RelationFacts } from "../model/catalog.ts";
import type { MigrationReplay, RowChange } from "../model/replay.ts";
import type { ProofContext } from "./context.ts";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";

/** More inserted rows than this are not taken back one by one. */
const MOST_ROWS = 1000;

/** What takes the rows of a migration back. */
export interface RowInverse {
  /** Run before any definition changes, under the present names. */
  readonly statements: readonly string[];
  /** Queries that must return no row for the statements to hit exactly the rows that the migration brought. */
  readonly conditions: readonly string[];
  /** Inserted rows that cannot be taken back, one entry per table. */
  readonly impossible: readonly StayingRows[];
}

/** Rows that a migration inserted and that no statement is known to take back. */
export interface StayingRows {
  /** Quoted and schema-qualified, as it is after the migration. */
  readonly table: string;
  readonly count: number;
  readonly why: string;
}

/**
 * Derives what takes written rows back: inserted rows are deleted by a key whose values the migration itself wrote. Overwritten and deleted rows cannot come back. Reads the shadow as the migration left it.
 */
export async function deriveRows(replay: MigrationReplay, { session, reader }: ProofContext): Promise<RowInverse> {
  const first: { readonly sql: string; readonly table: CatalogObject }[] = [];
  const conditions: string[] = [];
  const impossible: StayingRows[] = [];
  for (const row of replay.rows) {
    const key = addressKey(row.table);
    const table = replay.after.get(key) ?? (replay.before.has(key) ? null : (reader.remembered([row.table]).get(key) ?? null));
    if (!row.existedBefore || row.inserted === 0 || row.truncated) continue;
    if (replay.before.has(key) && table === null) continue;
    if (row.deleted > 0 || row.updated > 0) {
      impossible.push({ table: row.identity, count: row.inserted, why: "it also changed rows that were there, and they look the same" });
      continue;
    }
    const inverse = await deleteInserted({ row, table, replay }, session);
    if (inverse.kind === "impossible") impossible.push({ table: row.identity, count: row.inserted, why: inverse.reason });
    else {
      first.push({ sql: inverse.sql, table: inverse.table });
      if (inverse.condition !== null) conditions.push(inverse.condition);
    }
  }
  return { statements: childrenFirst(first), conditions, impossible };
}

type Inverse =
  | { readonly kind: "delete"; readonly sql: string; readonly condition: string | null; readonly table: CatalogObject }
  | { readonly kind: "impossible"; readonly reason: string };

interface Target {
  readonly row: RowChange;
  readonly table: CatalogObject | null;
  readonly replay: MigrationReplay;
}

async function deleteInserted({ row, table, replay }: Target, session: Session): Promise<Inverse> {
  const impossible = (why: string): Inverse => ({ kind: "impossible", reason: why });
  if (table?.facts.kind !== "relation") return impossible("its definition is not known");
  if (row.inserted > MOST_ROWS) return impossible(`${row.inserted} rows were inserted, more than are deleted one by one (${MOST_ROWS})`);
  const { facts } = table;
  const written = writtenColumns(row, { facts, replay });
  const keys = facts.constraints
    .filter(({ type }) => type === "primary-key" || type === "unique")
    .sort((left, right) => Number(right.type === "primary-key") - Number(left.type === "primary-key"))
    .map(({ definition }) => keyColumns(definition))
    .filter((columns) => columns.length > 0 && columns.every((column) => written.has(column)));
  for (const key of keys) {
    const rows = await insertedRows({ row, columns: key }, session);
    if (rows === null) return impossible("the inserted rows cannot be told from others");
    if (rows.some((values) => values.includes(null))) continue;
    return { kind: "delete", sql: `DELETE FROM ${row.identity} WHERE ${inList(key, rows)}`, condition: null, table };
  }
  const columns = facts.columns.map(({ name }) => name).filter((name) => written.has(name));
  if (columns.length === 0) return impossible("none of the inserted values is the same everywhere");
  const rows = await insertedRows({ row, columns }, session);
  if (rows === null) return impossible("the inserted rows cannot be told from others");
  const comparable = columns.filter(
    (name) => !/^(?:json|xml|point|box|line|lseg|path|polygon)$/.test(facts.columns.find((column) => column.name === name)?.type ?? ""),
  );
  const where = rows
    .map((values) => `(${comparable.map((name) => isNotDistinct(name, values[columns.indexOf(name)] ?? null)).join(" AND ")})`)
    .join(" OR ");
  return {
    kind: "delete",
    sql: `DELETE FROM ${row.identity} WHERE ${where}`,
    condition: `SELECT 1 FROM (SELECT count(*) AS found FROM ${row.identity} WHERE ${where}) AS q WHERE q.found <> ${row.inserted}`,
    table,
  };
}

function isNotDistinct(name: string, value: string | null): string {
  return value === null ? `${quoteIdentifier(name)} IS NULL` : `${quoteIdentifier(name)} = ${quoteLiteral(value)}`;
}

function inList(key: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const [only] = key;
  if (key.length === 1 && only !== undefined) {
    return `${quoteIdentifier(only)} IN (${rows.map(([value]) => quoteLiteral(value ?? "")).join(", ")})`;
  }
  const tuples = rows.map((values) => `(${values.map((value) => quoteLiteral(value ?? "")).join(", ")})`);
  return `(${key.map(quoteIdentifier).join(", ")}) IN (${tuples.join(", ")})`;
}

/** The columns of `PRIMARY KEY (a, b)` or `UNIQUE (a)`, unquoted. */
function keyColumns(definition: string): readonly string[] {
  const [, list = ""] = /^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?) \((.*?)\)/.exec(definition) ?? [];
  return (list.match(/"(?:[^"]|"")+"|[^\s,]+/g) ?? []).map((name) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
}

/**
 * The columns whose values the migration's own text gives: the same on every database. Not those that a sequence, the clock or a random
 * number fills, for they are others elsewhere.
 */
function writtenColumns(
  row: RowChange,
  { facts, replay }: { readonly facts: RelationFacts; readonly replay: MigrationReplay },
): ReadonlySet<string> {
  const bare = row.identity.replace(/^(?:"(?:[^"]|"")+"|[^.]+)\./, "").replaceAll('"', "");
  const numbered = numberedColumns(row, replay);
  const lists: ReadonlySet<string>[] = [];
  let uncertain = false;
  let defaults = false;
  for (const { parsed, outcome } of replay.statements) {
    if (outcome.kind !== "done") continue;
    for (const change of parsed?.changes ?? []) {
      if (change.effect === "unknown") uncertain = true;
      if ((change.kind !== "insert" && change.kind !== "copy-from") || change.object?.name !== bare) continue;
      if ((change.details.nondeterministic ?? []).length > 0) uncertain = true;
      if (/\bDEFAULT\b/i.test(parsed?.sql ?? "")) defaults = true;
      lists.push(new Set(change.details.columns ?? unlistedColumns(facts, numbered)));
    }
  }
  const filled = facts.columns.filter(
    ({ default: expression, identity, generated }) => identity !== null || generated !== null || (expression?.includes("(") ?? false),
  );
  const listed = facts.columns.filter(({ name }) => lists.every((list) => list.has(name)));
  const candidates = lists.length === 0 || uncertain || defaults ? listed.filter((column) => !filled.includes(column)) : listed;
  const moment = uncertain ? /^(?:timestamp|date|time|uuid)/ : null;
  return new Set(candidates.filter(({ type, generated }) => generated === null && moment?.test(type) !== true).map(({ name }) => name));
}

/** The columns of the table whose sequence moved. */
function numberedColumns(row: RowChange, replay: MigrationReplay): ReadonlySet<string> {
  const moved = replay.sequences.map(({ sequence }) => replay.after.get(addressKey(sequence))?.facts);
  return new Set(
    moved.flatMap((facts) => (facts?.kind === "sequence" && facts.ownedBy?.startsWith(`${row.identity}.`) === true ? [facts.ownedBy] : [])),
  );
}

/** What a statement without a list of columns writes for certain: not what a sequence filled, nor what a default may have filled at the end. */
function unlistedColumns(facts: RelationFacts, numbered: ReadonlySet<string>): readonly string[] {
  return facts.columns
    .filter(({ name, default: expression, identity }) => {
      const owner = [...numbered].some((owned) => owned.endsWith(`.${quoteIdentifier(name)}`));
      const counted = identity !== null || (expression?.startsWith("nextval(") ?? false);
      return counted ? !owner : !(expression?.includes("(") ?? false);
    })
    .map(({ name }) => name);
}

/** The values of the rows that the youngest transaction wrote; `null` where their number is not that of the inserted ones. */
async function insertedRows(
  { row, columns }: { readonly row: RowChange; readonly columns: readonly string[] },
  session: Session,
): Promise<readonly (readonly (string | null)[])[] | null> {
  const list = columns.map((name) => `r.${quoteIdentifier(name)}::pg_catalog.text`).join(", ");
  const rows = await session.rows<{ values: readonly (string | null)[] }>(
    `select array[${list}] as values from only ${row.identity} as r
     where r.xmin = (select y.xmin from only ${row.identity} as y order by pg_catalog.age(y.xmin) limit 1) limit ${MOST_ROWS + 1}`,
  );
  return rows.length === row.inserted ? rows.map(({ values }) => values) : null;
}

/** Rows that refer to others go before them. */
function childrenFirst(deletes: readonly { readonly sql: string; readonly table: CatalogObject }[]): readonly string[] {
  const rest = [...deletes];
  const ordered: string[] = [];
  while (rest.length > 0) {
    const at = rest.findIndex(
      ({ table }) =>
        !rest.some(
          (other) =>
            other.table !== table &&
            other.table.facts.kind === "relation" &&
            other.table.facts.constraints.some(({ references }) => references === table.identity),
        ),
    );
    const [next] = rest.splice(Math.max(at, 0), 1);
    if (next !== undefined) ordered.push(next.sql);
  }
  return ordered;
}
