import type { ParsedStatement } from "../model/sql.ts";
import { transactionControl } from "../replay/transaction.ts";
import { nextToken, type Token } from "../sql/lexer.ts";
import { isCopyFromStdin } from "../sql/psql/copy.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { trackStatementEnd } from "../sql/split.ts";
import { parseStatement } from "../sql/statement.ts";

/** One statement of a file that pggit wrote. */
export interface ScriptStatement {
  readonly sql: string;
  /** COPY lines without the closing `\.`. */
  readonly data: string | null;
  readonly parsed: ParsedStatement;
  /** It saves rows and is no statement of the migration: its rows are not counted. */
  readonly saves?: true;
}

/** What runs and is recorded as one: a transaction, or one statement that PostgreSQL refuses in a transaction. */
export interface Unit {
  readonly kind: "transaction" | "alone";
  readonly statements: readonly ScriptStatement[];
}

export interface Script {
  /** Every statement but BEGIN and COMMIT, in order. */
  readonly statements: readonly ScriptStatement[];
  /** In a file without a transaction of its own every statement is a unit. What the file itself rolls back is left out. */
  readonly units: readonly Unit[];
  /** psql variables that stand for secrets. */
  readonly variables: readonly string[];
}

/**
 * Reads an `up.sql`, `down.sql` or `schema.sql` as `src/export` writes it (see docs/formats.md). `secrets` gives the values of its psql variables; one
 * that is not given reads as `***`, as the plan shows it. `together`: the whole file is one transaction, as `psql -1` runs it.
 */
export function readScript(
  text: string,
  options: { readonly secrets: Readonly<Record<string, string>>; readonly together: "file" | "as-written" },
): Script {
  const variables = [...text.matchAll(/^-- pggit: variable (\S+)$/gm)].map(([, name = ""]) => name);
  const all = splitScript(text).map(({ sql, data }) => {
    const filled = fillIn(sql, variables, options.secrets);
    return { sql: filled, data, parsed: parseStatement(filled) };
  });
  const statements = all.filter(({ parsed }) => transactionControl(parsed) === null);
  return { statements, units: options.together === "file" ? inOne(statements) : cutUnits(all), variables };
}

function inOne(statements: readonly ScriptStatement[]): readonly Unit[] {
  if (statements.length === 0) return [];
  if (statements.every(({ parsed }) => parsed.transactional)) return [{ kind: "transaction", statements }];
  return statements.map(alone);
}

function alone(statement: ScriptStatement): Unit {
  return { kind: statement.parsed.transactional ? "transaction" : "alone", statements: [statement] };
}

function cutUnits(all: readonly ScriptStatement[]): readonly Unit[] {
  const units: Unit[] = [];
  let open: ScriptStatement[] | null = null;
  for (const statement of all) {
    const control = transactionControl(statement.parsed);
    if (control === "begin") open ??= [];
    else if (control === null && open === null) units.push(alone(statement));
    else if (control === null) open?.push(statement);
    else {
      if (control === "commit" && open !== null && open.length > 0) units.push({ kind: "transaction", statements: open });
      open = null;
    }
  }
  if (open !== null && open.length > 0) units.push({ kind: "transaction", statements: open });
  return units;
}

/** Puts values in for `:'name'`, which stands where a literal stood. */
function fillIn(sql: string, variables: readonly string[], secrets: Readonly<Record<string, string>>): string {
  let filled = sql;
  for (const name of variables) {
    const value = secrets[name];
    filled = filled.replaceAll(`:'${name}'`, () => (value === undefined ? "'***'" : quoteLiteral(value)));
  }
  return filled;
}

/** A statement whose secrets nobody gave: as the plan shows it. */
export function masked(sql: string, variables: readonly string[]): string {
  return fillIn(sql, variables, {});
}

function splitScript(text: string): readonly { readonly sql: string; readonly data: string | null }[] {
  const found: { sql: string; data: string | null }[] = [];
  let tracker = trackStatementEnd();
  let first: Token | null = null;
  let last: Token | null = null;
  for (let token = nextToken(text, 0); token !== null;) {
    let next = token.end;
    if (token.kind !== "comment") {
      if (tracker.endsAt(text, token)) {
        if (first !== null && last !== null) {
          const sql = text.slice(first.start, last.end);
          const copied = isCopyFromStdin(sql) ? takeData(text, token.end) : null;
          found.push({ sql, data: copied?.data ?? null });
          next = copied?.end ?? next;
        }
        first = null;
        tracker = trackStatementEnd();
      } else {
        first ??= token;
        last = token;
      }
    }
    token = nextToken(text, next);
  }
  if (first !== null && last !== null) found.push({ sql: text.slice(first.start, last.end), data: null });
  return found;
}

/** The lines after a COPY up to `\.`. */
function takeData(text: string, end: number): { readonly data: string; readonly end: number } {
  const start = text.indexOf("\n", end) + 1;
  if (text.startsWith("\\.", start)) return { data: "", end: start + 2 };
  const stop = text.indexOf("\n\\.", start - 1);
  const until = stop < 0 ? text.length : stop + 1;
  return { data: text.slice(start, until), end: stop < 0 ? text.length : until + 2 };
}
