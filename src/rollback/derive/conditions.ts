import type { ConstraintFacts, IndexFacts } from "../../model/catalog.ts";
import { lexTokens } from "../../sql/lexer.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Pair } from "./action.ts";

/** A column's present name by the one that it had, quoted; `null` where it is not there now. */
function presentNames({ before, after }: Pair): (name: string) => string | null {
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return (name) => name;
  const found = after.facts.columns;
  const numbers = new Map(before.facts.columns.map(({ name, number }) => [quoteIdentifier(name), number]));
  return (name) => {
    const number = numbers.get(name);
    const column = found.find((candidate) => candidate.number === number);
    return column === undefined ? null : quoteIdentifier(column.name);
  };
}

function splitNames(list: string): readonly string[] {
  return list.match(/"(?:[^"]|"")+"|[^\s,]+/g) ?? [];
}

/** The query for rows of the present state that keep a constraint from being added again; `null` where none can, or where it is not known. */
export function constraintCondition(constraint: ConstraintFacts, pair: Pair): string | null {
  if (!constraint.validated || !constraint.enforced || isHeldAlready(constraint.definition, pair)) return null;
  const table = pair.after.identity;
  const nameNow = presentNames(pair);
  switch (constraint.type) {
    case "primary-key":
    case "unique": {
      const [, list = ""] = /^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?) \((.*?)\)/.exec(constraint.definition) ?? [];
      return duplicates(table, splitNames(list).map(nameNow), null);
    }
    case "check": {
      const [, expression] = /^CHECK \((.*)\)(?: NO INHERIT)?$/s.exec(constraint.definition) ?? [];
      if (expression === undefined || hasRenamedColumns(pair)) return null;
      return `SELECT 1 FROM ${table} WHERE NOT ${expression}`;
    }
    case "foreign-key": {
      const [, list = "", referenced, targets = ""] =
        /^FOREIGN KEY \((.*?)\) REFERENCES ((?:"(?:[^"]|"")+"|[^\s("])+)\((.*?)\)/.exec(constraint.definition) ?? [];
      const columns = splitNames(list).map(nameNow);
      const keys = splitNames(targets);
      if (referenced === undefined || columns.length !== keys.length) return null;
      const known = columns.filter((column) => column !== null);
      // A key column that is not there yet comes back as NULL, which refers to nothing.
      if (known.length !== columns.length) return null;
      const present = known.map((column) => `child.${column} IS NOT NULL`).join(" AND ");
      const equal = known.map((column, at) => `parent.${keys[at]} = child.${column}`).join(" AND ");
      return `SELECT 1 FROM ${table} AS child WHERE ${present} AND NOT EXISTS (SELECT 1 FROM ${referenced} AS parent WHERE ${equal})`;
    }
    case "exclusion":
      return hasRenamedColumns(pair) ? null : overlaps(table, constraint.definition);
    case "trigger":
      return null;
  }
}

/** What PostgreSQL checks in rows, without name, actions and timing. */
function rule(definition: string): string {
  return definition
    .replace(/ (?:MATCH SIMPLE|ON (?:UPDATE|DELETE) .*|(?:NOT )?DEFERRABLE.*|INITIALLY .*|NO INHERIT)$/g, "")
    .replace(/ ON (?:UPDATE|DELETE) .*$/, "");
}

/** Whether a constraint of the present state, or its index, keeps out the rows that would be in the way. */
function isHeldAlready(definition: string, pair: Pair): boolean {
  const { facts } = pair.after;
  if (facts.kind !== "relation" || hasRenamedColumns(pair)) return false;
  return facts.constraints.some(
    (other) => other.validated && other.enforced && rule(other.definition) === rule(definition) && other.definition !== "",
  );
}

/** The query for duplicates that keep a unique index from being made again. */
export function indexCondition(index: IndexFacts, pair: Pair): string | null {
  const [, list, rest = ""] = /^CREATE UNIQUE INDEX .*? USING btree \((.*?)\)( .*)?$/s.exec(index.definition) ?? [];
  if (list === undefined || rest.includes("NULLS NOT DISTINCT")) return null;
  if (!/^[\w", ]+$/.test(list)) return expressionCondition(index, pair);
  if (isHeldAlready(`UNIQUE (${list})`, pair) || isHeldAlready(`PRIMARY KEY (${list})`, pair)) return null;
  const [, predicate = null] = / WHERE (.*)$/s.exec(rest) ?? [];
  if (predicate !== null && hasRenamedColumns(pair)) return null;
  return duplicates(pair.after.identity, splitNames(list).map(presentNames(pair)), predicate);
}

/** The query for duplicates of a key with expressions, where each of its parts is a column or an expression and nothing more. */
function expressionCondition({ definition }: IndexFacts, pair: Pair): string | null {
  const [, list = "", , predicate = null] = /^CREATE UNIQUE INDEX .*? USING btree \((.*)\)( WHERE (.*))?$/s.exec(definition) ?? [];
  const parts = splitExpressions(list);
  if (hasRenamedColumns(pair) || parts.length === 0 || !parts.every((part) => /^[\w"]+$/.test(part) || part.endsWith(")"))) return null;
  if (holdsIndex(definition, pair)) return null;
  return duplicates(pair.after.identity, parts, predicate);
}

function holdsIndex(definition: string, { after }: Pair): boolean {
  return after.facts.kind === "relation" && after.facts.indexes.some((other) => other.valid && other.definition === definition);
}

/** At the commas outside of parentheses and strings. */
function splitExpressions(list: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of lexTokens(list)) {
    const text = list.slice(token.start, token.end);
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
    else if (text === "," && depth === 0) {
      parts.push(list.slice(start, token.start).trim());
      start = token.end;
    }
  }
  return [...parts, list.slice(start).trim()].filter((part) => part !== "");
}

/** The query for pairs of rows that an exclusion constraint of plain columns keeps apart. */
function overlaps(table: string, definition: string): string | null {
  const [, list] = /^EXCLUDE USING \w+ \(([^()]+)\)(?: (?:NOT )?DEFERRABLE.*)?$/.exec(definition) ?? [];
  const parts = (list ?? "").split(", ").map((part) => /^((?:"(?:[^"]|"")+"|\w+)) WITH (\S+)$/.exec(part));
  if (list === undefined || !parts.every((part) => part !== null)) return null;
  const conflicts = parts.map(([, column = "", operator = ""]) => `one.${column} ${operator} other.${column}`);
  return `SELECT 1 FROM ${table} AS one JOIN ${table} AS other ON (one.tableoid, one.ctid) < (other.tableoid, other.ctid) AND ${conflicts.join(" AND ")}`;
}

function duplicates(table: string, columns: readonly (string | null)[], predicate: string | null): string | null {
  const known = columns.filter((column) => column !== null);
  if (known.length !== columns.length || known.length === 0) return null;
  const present = known.map((column) => `${column} IS NOT NULL`).join(" AND ");
  const where = predicate === null ? present : `${present} AND (${predicate})`;
  return `SELECT 1 FROM ${table} WHERE ${where} GROUP BY ${known.join(", ")} HAVING count(*) > 1`;
}

function hasRenamedColumns({ before, after }: Pair): boolean {
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return false;
  const now = new Map(after.facts.columns.map(({ number, name }) => [number, name]));
  return before.facts.columns.some(({ number, name }) => now.get(number) !== name);
}
