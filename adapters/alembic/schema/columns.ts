import type { SourceLocation } from "../../../src/model/source.ts";
import { isInstance, isLibraryThing, isMade, keywordOf, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import type { Arguments, Value } from "../../../src/script/value.ts";
import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import { expressionSql, isExpression } from "../runtime/expressions.ts";
import type { Session } from "../session.ts";
import { argument, isFalse, isSet, numberOf, optionText, textOf } from "../values.ts";
import { typeSql, type TypeSql } from "./types.ts";

/** A column as a file declares it. */
export interface Column {
  readonly name: string;
  readonly type: TypeSql;
  readonly made: Made;
  readonly primaryKey: boolean;
  readonly nullable: boolean;
  /** What stands behind `DEFAULT`; `null`: there is none. */
  readonly standard: string | null;
  readonly identity: Made | null;
  readonly computed: Made | null;
  readonly sequence: Made | null;
  readonly foreignKeys: readonly Made[];
  readonly checks: readonly Made[];
  readonly unique: boolean;
  readonly index: boolean;
  readonly comment: string | null;
  readonly autoincrement: "auto" | "ignore_fk" | "yes" | "no";
  /** It has a default that Python fills in, which keeps an integer key from being a SERIAL. */
  readonly filled: boolean;
}

interface At {
  readonly session: Session;
  readonly location: SourceLocation;
}

const items: ReadonlySet<string> = new Set([
  "ForeignKey",
  "CheckConstraint",
  "Identity",
  "Computed",
  "Sequence",
  "DefaultClause",
  "FetchedValue",
  "ColumnDefault",
  "Constraint",
  "UniqueConstraint",
  "PrimaryKeyConstraint",
]);

/** Whether a value is one of SQLAlchemy's things of that name. */
export function isOf(value: Value, ...names: readonly string[]): value is Made {
  return isMade(value) && names.includes(value.path.replace(/^(?:sqlalchemy|postgresql)\./, ""));
}

function isItem(value: Value): value is Made {
  return isMade(value) && value.path.startsWith("sqlalchemy.") && items.has(value.path.replace("sqlalchemy.", ""));
}

/** Whether a value declares a column: `sa.Column(…)`, or a class of the project that extends it. */
export function isColumn(value: Value): boolean {
  return isOf(value, "Column") || (isInstance(value) && value.library?.path === "sqlalchemy.Column");
}

/** Reads `sa.Column(…)`. Throws `Stuck` where its name or type is not known. */
export async function readColumn(value: Value, { session, location }: At): Promise<Column> {
  const made = columnMade(value);
  if (made === null)
    throw new Stuck(value.kind === "unknown" ? `the column is not known: ${value.reason}` : "this is no column that is known", location);
  const call = made.made;
  const at = { session, location: call.location };
  const named = call.positional[0]?.kind === "text";
  const name = textOf(named ? call.positional[0] : keywordOf(call, "name"), "the name of the column", call.location);
  const rest = named ? call.positional.slice(1) : call.positional;
  const written = rest.find((each) => !isItem(each)) ?? keywordOf(call, "type_");
  if (written === null || written === undefined) throw new Stuck(`the column ${name} has no type`, call.location);
  const parts = rest.filter(isItem);
  const server = keywordOf(call, "server_default");
  const one = (kind: string): Made | null =>
    parts.find((each) => isOf(each, kind)) ?? (server !== null && isOf(server, kind) ? server : null);
  const primaryKey = isSet(call, "primary_key");
  const clause = parts.find((each) => isOf(each, "DefaultClause"));
  const standard = clause?.made.positional[0] ?? (server !== null && isOf(server, "Identity", "Computed") ? null : server);
  return {
    name,
    type: await typeSql(written, at),
    made,
    primaryKey,
    nullable: keywordOf(call, "nullable") === null ? !primaryKey : isSet(call, "nullable"),
    standard: standard === null ? null : await defaultSql(standard, name, at),
    identity: one("Identity"),
    computed: one("Computed"),
    sequence: one("Sequence"),
    foreignKeys: parts.filter((each) => isOf(each, "ForeignKey")),
    checks: parts.filter((each) => isOf(each, "CheckConstraint")),
    unique: isSet(call, "unique"),
    index: isSet(call, "index"),
    comment: await commentOf(call, at),
    autoincrement: autoincrementOf(call),
    filled: !["nil"].includes(keywordOf(call, "default")?.kind ?? "nil"),
  };
}

function columnMade(value: Value): Made | null {
  if (isOf(value, "Column")) return value;
  if (!isInstance(value) || value.library?.path !== "sqlalchemy.Column") return null;
  return { ...(value as unknown as Made), path: "sqlalchemy.Column", made: value.library.made };
}

function autoincrementOf(call: Arguments): Column["autoincrement"] {
  const said = keywordOf(call, "autoincrement");
  if (said === null) return "auto";
  if (said.kind === "boolean") return said.value ? "yes" : "no";
  return said.kind === "text" && said.value === "ignore_fk" ? "ignore_fk" : "auto";
}

/** A comment; what is not known is left out, and asked about. */
export async function commentOf(call: Arguments, { session, location }: At): Promise<string | null> {
  const value = keywordOf(call, "comment");
  if (value?.kind !== "unknown") return optionText(call, "comment");
  await session.degrade(new Stuck(`the comment is not known: ${value.reason}`, location), "comment");
  return null;
}

/** What a `server_default` says; `null` where it is none, or not known: then it is asked about. */
export async function defaultSql(value: Value, column: string, at: At): Promise<string | null> {
  const { session, location } = at;
  if (value.kind === "nil" || isOf(value, "FetchedValue") || (isLibraryThing(value) && value.path === "sqlalchemy.FetchedValue"))
    return null;
  if (value.kind === "text") return quoteLiteral(value.value);
  if (isOf(value, "DefaultClause")) return defaultSql(value.made.positional[0] ?? { kind: "nil" }, column, at);
  try {
    if (isExpression(value) || isLibraryThing(value)) return await expressionSql(value, at);
    const known = value.kind === "unknown" ? value.reason : `a ${value.kind} is none that SQLAlchemy takes`;
    throw new Stuck(`the default of ${column} is not known: ${known}`, location);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    await session.degrade(error, `server_default of ${column}`);
    return null;
  }
}

/** `GENERATED … AS IDENTITY (…)`. */
export function identitySql({ made }: Made): string {
  const numbers: readonly (readonly [string, string])[] = [["increment", "INCREMENT BY"], ["start", "START WITH"], ["minvalue", "MINVALUE"], ["maxvalue", "MAXVALUE"], ["cache", "CACHE"]]; // prettier-ignore
  const places: Readonly<Record<string, number>> = { start: 2, increment: 3 };
  const options = numbers.flatMap(([name, words]) => {
    const value = numberOf(argument(made, places[name] ?? -1, name), name, made.location);
    return value === null ? [] : [`${words} ${value}`];
  });
  if (isSet(made, "nominvalue")) options.push("NO MINVALUE");
  if (isSet(made, "nomaxvalue")) options.push("NO MAXVALUE");
  if (isSet(made, "cycle")) options.push("CYCLE");
  const always = argument(made, 0, "always");
  return `GENERATED ${always?.kind === "boolean" && always.value ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY${options.length === 0 ? "" : ` (${options.join(" ")})`}`;
}

/** `GENERATED ALWAYS AS (…) STORED`. */
export async function computedSql({ made }: Made, at: At): Promise<string> {
  const [expression] = made.positional;
  const sql = expression?.kind === "text" ? expression.value : expression === undefined ? "" : await expressionSql(expression, at);
  return `GENERATED ALWAYS AS (${sql})${isFalse(made, "persisted") ? "" : " STORED"}`;
}

const serials: Readonly<Record<string, string>> = { INTEGER: "SERIAL", BIGINT: "BIGSERIAL", SMALLINT: "SMALLSERIAL" };

/** The one column of a key that PostgreSQL counts up (`Table._autoincrement_column`). `referring`: the columns of foreign keys that stand for themselves. */
export function serialColumn(columns: readonly Column[], key: readonly string[], referring: readonly string[]): Column | null {
  const inKey = columns.filter(({ name }) => key.includes(name));
  const forced = inKey.find(({ autoincrement }) => autoincrement === "yes");
  if (forced !== undefined) return forced;
  const [only, ...others] = inKey;
  if (only === undefined || others.length > 0 || only.autoincrement === "no") return null;
  if ((only.foreignKeys.length > 0 || referring.includes(only.name)) && only.autoincrement !== "ignore_fk") return null;
  return only.standard === null && only.identity === null ? only : null;
}

/** A column as it stands in `CREATE TABLE` and `ADD COLUMN`. `counted`: it is the key that counts up. */
export async function columnSql(column: Column, counted: Column | null, at: At): Promise<string> {
  const { type, standard, identity, computed, nullable } = column;
  const serial = counted === column && identity === null && column.sequence === null && !column.filled ? serials[type.sql] : undefined;
  const parts = [quoteIdentifier(column.name), serial ?? type.sql];
  if (serial === undefined && standard !== null) parts.push(`DEFAULT ${standard}`);
  if (computed !== null) parts.push(await computedSql(computed, at));
  if (identity !== null) parts.push(identitySql(identity));
  if (!nullable && identity === null) parts.push("NOT NULL");
  if (nullable && identity !== null) parts.push("NULL");
  return parts.join(" ");
}
