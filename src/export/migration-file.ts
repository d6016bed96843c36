import type { Migration } from "../model/history.ts";
import type { Loss, RollbackStatement } from "../model/rollback.ts";

/** One statement as a file for psql holds it. */
export interface FileStatement {
  readonly sql: string;
  /** COPY lines without the closing `\.`. */
  readonly data: string | null;
  readonly transactional: boolean;
  /** Why it stands in the file as a comment only; `null` where psql is to run it. */
  readonly disabled: string | null;
}

/** What stands at the top of `up.sql` and `down.sql` and is read back by `--source sql`. */
export interface FileHeader {
  readonly migration: Pick<Migration, "id" | "name" | "author" | "date" | "files" | "transaction">;
  /** psql variables that the statements use in place of secrets. */
  readonly variables: readonly string[];
  /** Comment lines for people, without `-- `. */
  readonly notes: readonly string[];
}

/**
 * The text of an `up.sql`: header lines `-- pggit: key value`, then the statements, in one transaction where the source tool runs the
 * migration in one. A statement that cannot run in a transaction is marked with `-- pggit: no-transaction`, and then there is none around the file.
 */
export function renderUp(header: FileHeader, statements: readonly FileStatement[]): string {
  return render(headerLines(header), statements, header.migration.transaction);
}

/** The text of a `down.sql`: as `up.sql`, and it begins with what it cannot bring back. */
export function renderDown(
  header: FileHeader,
  rollback: { readonly statements: readonly RollbackStatement[]; readonly loses: readonly Loss[] },
): string {
  const loses = rollback.loses.map((loss) => `-- Does not bring back: ${describeLoss(loss)}`);
  const statements = rollback.statements.map(({ sql, transactional }) => ({ sql, data: null, transactional, disabled: null }));
  return render([...headerLines(header), ...loses], statements, "one");
}

/** What has to be done by hand around a migration whose rows are saved; a database with a record has the schema. */
const savingSchema = "CREATE SCHEMA IF NOT EXISTS pggit_migrate";

/** The text of a `save-before.sql` or `save-after.sql`: statements without a transaction of their own, for they run in that of the migration. */
export function renderSaving(header: FileHeader, place: "before" | "after", statements: readonly string[]): string {
  const notes = [
    ...header.notes,
    `Runs ${place} up.sql: psql -1 -f save-before.sql -f up.sql -f save-after.sql. down.sql puts back what it saves.`,
  ];
  const all = place === "before" ? [savingSchema, ...statements] : statements;
  const written = all.map((sql) => ({ sql, data: null, transactional: true, disabled: null }));
  return render(headerLines({ ...header, notes }), written, "file");
}

/** A loss in one line: `public.event (website_url): values of the columns that the migration added`. */
export function describeLoss(loss: Loss): string {
  const columns = loss.columns.length === 0 ? "" : ` (${loss.columns.join(", ")})`;
  return oneLine(loss.table === null ? `${loss.what}${columns}` : `${loss.table}${columns}: ${loss.what}`);
}

/** One statement with its terminator, COPY data included. */
export function renderStatement(statement: Pick<FileStatement, "sql" | "data">): string {
  if (statement.data === null) return `${statement.sql.trimEnd()};`;
  const data = statement.data === "" || statement.data.endsWith("\n") ? statement.data : `${statement.data}\n`;
  return `${statement.sql.trimEnd()};\n${data}\\.`;
}

function render(header: readonly string[], statements: readonly FileStatement[], transaction: Migration["transaction"]): string {
  const live = statements.filter((statement) => statement.disabled === null);
  const inTransaction = transaction === "one" && live.length > 0 && live.every((statement) => statement.transactional);
  const body = statements.map(renderFileStatement);
  const lines = inTransaction ? ["BEGIN;", ...body, "COMMIT;"] : body;
  return `${header.join("\n")}\n\n${lines.join("\n\n")}${lines.length === 0 ? "" : "\n"}`;
}

function renderFileStatement(statement: FileStatement): string {
  const text = renderStatement(statement);
  if (statement.disabled === null) return statement.transactional ? text : `-- pggit: no-transaction\n${text}`;
  return [`-- ${oneLine(statement.disabled)}`, ...text.split(/\r\n|[\r\n]/).map((line) => `-- ${line}`)].join("\n");
}

function headerLines({ migration, variables, notes }: FileHeader): string[] {
  const fields: [string, string | null][] = [
    ["migration", migration.id],
    ["name", migration.name],
    ["author", migration.author],
    ["date", migration.date],
    ...migration.files.filter((file) => file.role !== "settings").map((file): [string, string] => ["source", file.path]),
    ...variables.map((name): [string, string] => ["variable", name]),
  ];
  const written = fields.flatMap(([key, value]) => (value === null ? [] : [`-- pggit: ${key} ${quoteOddValue(value)}`]));
  return [...written, ...notes.map((note) => `-- ${oneLine(note)}`)];
}

/** Plain words as they are; anything with quotes, line breaks, or spaces at its ends as a JSON string. */
function quoteOddValue(value: string): string {
  return /^[^\s"\p{Cc}](?:[^"\p{Cc}]*[^\s"\p{Cc}])?$/u.test(value) ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
