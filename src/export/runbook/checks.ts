import { checkQueries } from "./check-constraints.ts";
import type { RunChange, RunScope } from "./scope.ts";
import { quoteIdentifier, quoteLiteral, qualifiedName } from "../../sql/quote.ts";

/** A query with the answer that is expected, and why. */
export interface Check {
  readonly why: string;
  readonly sql: string;
  readonly expected: string;
  /** The migration after which the query can run; `null`: before the change. */
  readonly after: string | null;
}

/** What the rows must be like so that the statements of the run do not fail on them. */
export function dataChecks(scope: RunScope): readonly Check[] {
  const added = new Map<string, string>();
  const checks: Check[] = [];
  for (const { migration, statement, changes } of scope.statements) {
    const old = changes.find(({ isNew, relation }) => !isNew && relation !== null)?.relation ?? null;
    if (old !== null && changes.some(({ change }) => change.details.constraintType === "check")) {
      const needs = [...added].find(([key]) => key.startsWith(`${old}.`) && statement.sql.includes(key.slice(old.length + 1)))?.[1] ?? null;
      const own = changes.some(({ change }) => change.kind === "add-column");
      for (const sql of own ? [] : checkQueries(statement.sql, old)) {
        checks.push({ why: `${migration.id}: every row of ${old} keeps the new rule`, sql, expected: "0", after: needs });
      }
    }
    for (const given of changes) {
      const { change, relation, isNew } = given;
      if (relation === null) continue;
      const columns = columnsOf(given);
      if (!isNew) {
        const after = columns.map((column) => added.get(`${relation}.${column}`)).find((id) => id !== undefined) ?? null;
        const found = checkOf(given, { relation, columns, scope });
        if (found !== null) checks.push({ ...found, why: `${migration.id}: ${found.why}`, after });
      }
      if (change.kind === "add-column" && change.details.column !== undefined)
        added.set(`${relation}.${change.details.column}`, migration.id);
    }
  }
  return checks;
}

function columnsOf({ change }: RunChange): readonly string[] {
  const { column, columns } = change.details;
  return column === undefined ? (columns ?? []) : [column];
}

interface Subject {
  readonly relation: string;
  readonly columns: readonly string[];
  readonly scope: RunScope;
}

function checkOf({ change }: RunChange, { relation, columns, scope }: Subject): Pick<Check, "why" | "sql" | "expected"> | null {
  const [column] = columns;
  const list = columns.map(quoteIdentifier).join(", ");
  const { constraintType, dataType, unique, notValid, using } = change.details;
  if (change.kind === "set-not-null" && column !== undefined) {
    return {
      why: `${relation}.${column} becomes NOT NULL`,
      sql: `SELECT count(*) FROM ${relation} WHERE ${quoteIdentifier(column)} IS NULL`,
      expected: "0",
    };
  }
  const isUnique =
    (change.kind === "create-index" && unique === true) ||
    (change.kind === "add-constraint" && (constraintType === "unique" || constraintType === "primary-key"));
  if (isUnique && columns.length > 0 && using !== true) {
    return {
      why: `(${columns.join(", ")}) of ${relation} becomes unique`,
      sql: `SELECT ${list}, count(*) FROM ${relation} WHERE num_nulls(${list}) = 0 GROUP BY ${list} HAVING count(*) > 1`,
      expected: "no row",
    };
  }
  if (change.kind === "add-constraint" && constraintType === "foreign-key" && notValid !== true)
    return orphans(change, { relation, columns, scope });
  const width = /^(?:varchar|char|character varying|character|bpchar)\((\d+)\)$/.exec(dataType ?? "")?.[1];
  if (change.kind === "alter-column-type" && column !== undefined && width !== undefined) {
    return {
      why: `${relation}.${column} becomes ${dataType}`,
      sql: `SELECT count(*) FROM ${relation} WHERE length(${quoteIdentifier(column)}::text) > ${width}`,
      expected: "0",
    };
  }
  return null;
}

function orphans(change: RunChange["change"], { relation, columns, scope }: Subject): Pick<Check, "why" | "sql" | "expected"> | null {
  const target = change.reads.find(({ kind, name, schema }) => kind === "table" && qualifiedName(schema ?? "public", name) !== relation);
  const [column] = columns;
  if (target === undefined || column === undefined || columns.length !== 1) return null;
  const referenced = [...scope.head.values()].find(({ name, schema }) => name === target.name && schema === (target.schema ?? schema));
  const named = change.reads.find(({ kind, parent }) => kind === "column" && parent === target.name)?.name;
  const key = named ?? referenced?.columns.find(({ primaryKey }) => primaryKey)?.name;
  if (referenced === undefined || key === undefined) return null;
  const own = quoteIdentifier(column);
  return {
    why: `${relation}.${column} must refer to a row of ${referenced.identity}`,
    sql: `SELECT count(*) FROM ${relation} AS own WHERE own.${own} IS NOT NULL AND NOT EXISTS (SELECT FROM ${referenced.identity} AS other WHERE other.${quoteIdentifier(key)} = own.${own})`,
    expected: "0",
  };
}

/** What must stand before the run, and what must not. */
export function presenceChecks({ tables, created, terms }: RunScope): readonly Check[] {
  const checks: Check[] = [];
  if (terms.from !== null && tables.size > 0) {
    checks.push({ why: "the tables that are changed stand", sql: missing([...tables.keys()]), expected: "no row", after: null });
  }
  if (terms.from !== null && created.size > 0) {
    checks.push({ why: "what the run makes is not there yet", sql: present([...created]), expected: "no row", after: null });
  }
  return checks;
}

/** What must be true when the run is done. */
export function validationChecks({ created, dropped, tables, head, plan }: RunScope): readonly Check[] {
  const standing = [...created].filter((identity) => head.has(identity));
  const columns = [...new Set([...tables.keys(), ...created])]
    .map((identity) => head.get(identity))
    .filter((relation) => relation !== undefined && relation.kind === "table" && relation.columns.length > 0)
    .map((relation) => `(${quoteLiteral(relation?.identity ?? "")}, ${relation?.columns.length ?? 0})`);
  const all: readonly (Check | null)[] = [
    standing.length === 0 ? null : { why: "what the run made stands", sql: missing(standing), expected: "no row", after: null },
    dropped.size === 0 ? null : { why: "what the run dropped is gone", sql: present([...dropped]), expected: "no row", after: null },
    columns.length === 0
      ? null
      : {
          why: "the tables concerned have as many columns as the head",
          sql: `SELECT name, expected, found FROM (VALUES\n  ${columns.join(",\n  ")}\n) AS head (name, expected), LATERAL (\n  SELECT count(*) AS found FROM pg_attribute WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped\n) AS now WHERE found <> expected`,
          expected: "no row",
          after: null,
        },
    {
      why: "no index is left unfinished",
      sql: "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid",
      expected: "no row",
      after: null,
    },
    {
      why: "pggit has a record of every migration",
      sql: "SELECT count(*) FROM pggit_migrate.migrations",
      expected: `${plan.order.length} or more (repeatables count again with each run)`,
      after: null,
    },
  ];
  return all.filter((check) => check !== null);
}

function names(identities: readonly string[]): string {
  return `unnest(ARRAY[\n  ${identities.map(quoteLiteral).join(",\n  ")}\n]) AS name`;
}

function missing(identities: readonly string[]): string {
  return `SELECT name FROM ${names(identities)} WHERE to_regclass(name) IS NULL`;
}

function present(identities: readonly string[]): string {
  return `SELECT name FROM ${names(identities)} WHERE to_regclass(name) IS NOT NULL`;
}
