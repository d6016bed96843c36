import { StatementError, type Session } from "../database/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { splitCheck } from "../sql/row-check.ts";

/** Rows of a database that keep a way back from being run. */
export interface RowsAgainst {
  readonly count: number;
  /** A few of them, masked: keys in clear, of anything else only its kind and length. */
  readonly samples: readonly string[];
}

const MOST_SAMPLES = 3;

/** A check that counts all rows instead of ending at the first. */
export function countingQuery(check: string): string {
  return `select count(*)::pg_catalog.text as count from (${splitCheck(check)
    .map((part) => `(${part})`)
    .join("\nUNION ALL\n")}) as against`;
}

/** How many rows stand against a way back, and some of them; `null` where none does, or where the schema as it stands does not allow the question. */
export async function findRowsAgainst(session: Session, check: string): Promise<RowsAgainst | null> {
  const rows = await readOnly<{ count: string }>(session, countingQuery(check));
  const count = Number(rows?.[0]?.count ?? 0);
  if (count === 0) return null;
  const samples: string[] = [];
  for (const part of splitCheck(check)) {
    if (samples.length >= MOST_SAMPLES) break;
    samples.push(...(await sample(session, part, MOST_SAMPLES - samples.length)));
  }
  return { count, samples };
}

type Values = Readonly<Record<string, unknown>>;

const NAME = `(?:"(?:[^"]|"")+"|\\w+)`;
const FROM_TABLE = new RegExp(`^SELECT 1 FROM (${NAME}\\.${NAME})(?: AS (\\w+))?(.*)$`, "s");

/** Rows that one query finds, as far as it is one over a table. */
async function sample(session: Session, query: string, most: number): Promise<readonly string[]> {
  const [, table, alias, rest = ""] = FROM_TABLE.exec(query) ?? [];
  if (table === undefined) return [];
  const [, grouped] = / GROUP BY (.*) HAVING /s.exec(rest) ?? [];
  const source = alias === undefined ? table : `${table} AS ${alias}`;
  const columns = grouped === undefined ? `${alias ?? table}.*` : `${grouped}, count(*) AS "rows"`;
  const found = await readOnly<{ row: Values }>(
    session,
    `select to_json(s) as row from (SELECT ${columns} FROM ${source}${rest} LIMIT ${most}) as s`,
  );
  const keys = new Set(await primaryKey(session, table));
  const words = new Set(rest.match(/"(?:[^"]|"")+"|\w+/g) ?? []);
  const isNamed = (name: string): boolean => grouped !== undefined || words.has(quoteIdentifier(name));
  return (found ?? []).map(({ row }) => {
    const shown = Object.entries(row).filter(([name]) => keys.has(name) || isNamed(name));
    const values = shown.map(([name, value]) => `${name} ${keys.has(name) || name === "rows" ? JSON.stringify(value) : mask(value)}`);
    return `${table}${values.length === 0 ? "" : ` with ${values.join(", ")}`}`;
  });
}

async function primaryKey(session: Session, table: string): Promise<readonly string[]> {
  const rows = await session.rows<{ name: string }>(
    `select a.attname::pg_catalog.text as name from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indrelid = $1::pg_catalog.regclass and i.indisprimary`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** What a value is like, without the value. */
function mask(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value).toUpperCase();
  if (typeof value === "number") return "a number";
  if (typeof value !== "string") return "a value";
  return value === "" ? "an empty text" : `a text of ${value.length === 1 ? "1 character" : `${value.length} characters`}`;
}

/** The rows of a query, asked in a transaction of its own that writes nothing; `null` where it cannot be asked of the schema as it stands. */
export async function readOnly<R>(session: Session, query: string): Promise<readonly R[] | null> {
  await session.run("BEGIN READ ONLY");
  try {
    return await session.rows<R>(query);
  } catch (error) {
    if (error instanceof StatementError) return null;
    throw error;
  } finally {
    await session.run("ROLLBACK");
  }
}
