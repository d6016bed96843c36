import type { Migration, Step } from "../model/history.ts";
import { formatLocation, type SourceLocation } from "../model/source.ts";
import { dollarQuote, quoteLiteral } from "../sql/quote.ts";
import { parseStatement } from "../sql/statement.ts";

/** Where functions that hold business logic stand; a target has its record there as well. */
export const extractionSchema = "CREATE SCHEMA IF NOT EXISTS pggit";

/** NAMEDATALEN - 1: what PostgreSQL keeps of a name (manual, 4.1.1). */
const longestName = 63;

/** Statements that move as they are into the body of a function of language SQL. */
const MOVABLE: ReadonlySet<string> = new Set(["update", "insert", "delete", "merge"]);

/** Whether a statement can be the body of a function: one that changes rows, and returns none. */
export function isMovable(sql: string): boolean {
  const [change] = parseStatement(sql).changes;
  return change !== undefined && MOVABLE.has(change.kind) && !/\breturning\b/i.test(sql);
}

/** `migration_<id>_<slug>`, with `_2` and so on for further statements of the same migration. */
export function functionName({ id, name }: Pick<Migration, "id" | "name">, place: number): string {
  const words = (text: string): string =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "_")
      .replaceAll(/^_+|_+$/g, "");
  const suffix = place === 1 ? "" : `_${place}`;
  return `migration_${words(id)}_${words(name)}`.slice(0, longestName - suffix.length).replace(/_+$/, "") + suffix;
}

/** The statements that stand in the place of one that changes rows: the schema, the function with a comment that names its source, and the call. */
export function extractionOf(
  sql: string,
  { name, location }: { readonly name: string; readonly location: SourceLocation },
): readonly Step[] {
  const called = `pggit.${name}()`;
  const comment = `Moved out of ${formatLocation({ file: location.file, line: location.line })}`;
  return [
    extractionSchema,
    `CREATE FUNCTION ${called} RETURNS void LANGUAGE sql AS ${dollarQuote(`\n${sql.trim()}${sql.includes("--") ? "\n" : ""};\n`, "pggit")}`,
    `COMMENT ON FUNCTION ${called} IS ${quoteLiteral(comment)}`,
    `SELECT ${called}`,
  ].map((statement) => ({ kind: "statement", sql: statement, location }));
}
