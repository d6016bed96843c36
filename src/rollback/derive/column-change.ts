import type { ColumnFacts } from "../../model/catalog.ts";
import { dollarQuote, quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { DeriveContext, Pair } from "./action.ts";
import { adornColumn, identityClause } from "./column.ts";
import { misfit, needsUsing } from "./conversions.ts";
import { mentionsAny, qualifiedNames } from "./order.ts";

export interface ColumnPair {
  readonly pair: Pair;
  readonly before: ColumnFacts;
  readonly after: ColumnFacts;
}

interface Changed {
  /** Under the present names, before anything is made: it frees the name of a sequence. */
  readonly early: readonly string[];
  readonly statements: readonly string[];
  /** What is asked of values that a backup puts back first. */
  readonly late: readonly string[];
  /** Queries over the present state that must return no row. */
  readonly conditions: readonly string[];
}

/** Turns one column that stayed back: type, default, generation, identity, NOT NULL, and what hangs on it. The name is back already. */
export function changeColumn({ pair, before, after }: ColumnPair, context: DeriveContext): Changed {
  const { before: object, after: present } = pair;
  if (object.facts.kind !== "relation") return { early: [], statements: [], late: [], conditions: [] };
  const table = `ALTER ${object.kind === "foreign-table" ? "FOREIGN TABLE" : "TABLE"} ${object.identity}`;
  const name = quoteIdentifier(before.name);
  const alter = `${table} ALTER COLUMN ${name}`;
  const statements: string[] = [];
  const conditions: string[] = [];
  const inherited = !before.isLocal && before.inheritCount > 0;
  const presentName = quoteIdentifier(after.name);

  const typeReplaced = mentionsAny(after.type, context.replaced);
  const retyped = before.type !== after.type || before.collation !== after.collation || typeReplaced;
  // A type or function of another name is one that was renamed.
  const followsRename =
    context.renames && before.type !== after.type && before.number === after.number && isUserType(after.type) && isUserType(before.type);
  const retype = retyped && !inherited && (!followsRename || typeReplaced);
  const expressionReplaced = after.default !== null && mentionsAny(after.default, context.replaced);

  const restored = context.restoring?.tables.get(object.identity);
  const emptied = retype && restored?.columns.has(before.name) === true && hasNoCast(after.type, before.type);

  let defaultNow = after.default;
  if (after.generated !== null && before.generated === null) {
    statements.push(`${alter} DROP EXPRESSION`);
    defaultNow = null;
  }
  const early =
    after.identity !== null && before.identity === null
      ? [`ALTER TABLE ${present.identity} ALTER COLUMN ${quoteIdentifier(after.name)} DROP IDENTITY`]
      : [];
  if (before.generated === null && defaultNow !== null && (retype || expressionReplaced || before.default === null)) {
    statements.push(`${alter} DROP DEFAULT`);
    defaultNow = null;
  }
  if (retype) {
    const collation = before.collation === null ? "" : ` COLLATE ${before.collation}`;
    if (emptied && after.notNull) statements.push(`${alter} DROP NOT NULL`);
    const through = emptied
      ? "NULL"
      : typeReplaced
        ? `${name}::text${before.type.endsWith("[]") ? "[]" : ""}::${before.type}`
        : `${name}::${before.type}`;
    const using = emptied || typeReplaced || needsUsing(after.type, before.type) ? ` USING ${through}` : "";
    statements.push(`${alter} TYPE ${before.type}${collation}${using}`);
    if (typeReplaced) conditions.push(...removedLabels({ pair, before, after }, context));
    const misfits = typeReplaced || isUserType(before.type) ? null : misfit(presentName, after.type, before.type);
    if (misfits !== null) conditions.push(`SELECT 1 FROM ${present.identity} WHERE ${misfits}`);
  }
  if (before.generated !== null) {
    if (before.default !== after.default && !context.renames) statements.push(`${alter} SET EXPRESSION AS (${before.default ?? ""})`);
  } else if (before.default !== null && before.default !== defaultNow && !(context.renames && sameButNames(before.default, defaultNow))) {
    statements.push(`${alter} SET DEFAULT ${before.default}`);
  }

  const notNull = changeNotNull({ pair, before, after });
  if (before.notNull && emptied) conditions.push(restored.unsaved(null));
  else if (before.notNull && !after.notNull) {
    const unsaved = restored?.columns.has(before.name) === true ? restored.unsaved(`t.${presentName} IS NULL`) : null;
    conditions.push(unsaved ?? `SELECT 1 FROM ${present.identity} WHERE ${presentName} IS NULL`);
  }
  const required = [...(emptied && before.notNull && after.notNull ? ["{alter} SET NOT NULL"] : []), ...notNull].map((clause) =>
    clause.replace("{alter}", alter).replace("{table}", table),
  );
  if (restored === undefined) statements.push(...required);

  if (before.identity !== null) {
    if (after.identity === null) statements.push(`${alter} ADD ${identityClause(object, before, context)}`);
    else if (before.identity !== after.identity)
      statements.push(`${alter} SET GENERATED ${before.identity === "always" ? "ALWAYS" : "BY DEFAULT"}`);
  }
  // A change of type brings the storage of the new type.
  const found = retype && before.defaultStorage !== after.defaultStorage ? { ...after, storage: before.defaultStorage } : after;
  statements.push(...adornColumn({ object, facts: object.facts }, before, found, context));
  return { early, statements, late: restored === undefined ? [] : required, conditions };
}

/** A type of the history's own to which no value of another leads: what was saved comes back, what came later has none. */
function hasNoCast(from: string, to: string): boolean {
  return isUserType(to) && !isUserType(from) && !/^(?:text|character|"char"|name)/.test(from);
}

/** Rows that use a label which the enum did not have. */
function removedLabels({ pair, after }: ColumnPair, context: DeriveContext): readonly string[] {
  const base = after.type.replace(/\[\]$/, "");
  const enums = context.changed.find((other) => other.after.identity === base && other.after.facts.kind === "type");
  if (enums?.before.facts.kind !== "type" || enums.after.facts.kind !== "type") return [];
  const old = new Set(enums.before.facts.labels);
  const removed = enums.after.facts.labels.filter((label) => !old.has(label)).map(quoteLiteral);
  if (removed.length === 0) return [];
  const name = quoteIdentifier(after.name);
  const used = base === after.type ? `${name}::text IN (${removed.join(", ")})` : `${name}::text[] && ARRAY[${removed.join(", ")}]`;
  return [`SELECT 1 FROM ${pair.after.identity} WHERE ${used}`];
}

function isUserType(type: string): boolean {
  return qualifiedNames(type).size > 0;
}

/** Whether two expressions differ only in qualified names: the same expression after a rename. */
function sameButNames(left: string, right: string | null): boolean {
  if (right === null) return false;
  const blank = (text: string): string => [...qualifiedNames(text)].reduce((rest, name) => rest.replaceAll(name, "?"), text);
  return blank(left) === blank(right);
}

/** NOT NULL and, on PostgreSQL 18, the name of its constraint. Older servers keep no name: there the statement does nothing. */
function changeNotNull({ pair, before, after }: ColumnPair): readonly string[] {
  const wanted = before.notNullConstraint;
  const found = after.notNullConstraint;
  const { before: object } = pair;
  if (!before.isLocal && before.inheritCount > 0 && wanted?.isLocal !== true) return [];
  if (before.notNull && after.notNull) {
    if (wanted === null || found === null || wanted.name === found.name) return [];
    return [renameNotNull(object.identity, found.name, wanted.name)];
  }
  if (!before.notNull && after.notNull) return after.identity !== null && before.identity !== null ? [] : ["{alter} DROP NOT NULL"];
  if (before.notNull && !after.notNull) {
    if (wanted !== null && (!wanted.validated || wanted.noInherit)) {
      return [
        `{table} ADD CONSTRAINT ${quoteIdentifier(wanted.name)} NOT NULL ${quoteIdentifier(before.name)}${wanted.noInherit ? " NO INHERIT" : ""}${wanted.validated ? "" : " NOT VALID"}`,
      ];
    }
    // The name that PostgreSQL gives it depends on what else is there: it is set right once it is known.
    return ["{alter} SET NOT NULL"];
  }
  return [];
}

function renameNotNull(table: string, from: string, to: string): string {
  const statement = `ALTER TABLE ${table} RENAME CONSTRAINT ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`;
  const block = ` BEGIN IF current_setting('server_version_num')::int >= 180000 THEN EXECUTE ${quoteLiteral(statement)}; END IF; END `;
  return `DO ${dollarQuote(block)}`;
}
