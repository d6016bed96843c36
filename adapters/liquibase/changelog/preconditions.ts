import type { Inspector } from "../../../src/model/history.ts";
import { scalarText, valueOf, type Node } from "../source/node.ts";
import type { Naming, QuotingStrategy } from "../postgres/quoting.ts";
import { matchesPostgres } from "./expression.ts";

/** What a precondition answered. */
export type Verdict =
  | { readonly kind: "holds" }
  | { readonly kind: "fails"; readonly why: string }
  | { readonly kind: "error"; readonly why: string }
  /** Only Java, or a real installation, can answer it. */
  | { readonly kind: "unknown"; readonly why: string };

/** What preconditions are asked of. */
export interface Circumstances {
  readonly at: Inspector;
  readonly naming: Naming;
  /** The strategy of the changelog that all begins with, whatever the changeSet has (`ObjectQuotingStrategyPrecondition`). */
  readonly changelogQuoting: QuotingStrategy;
  /** Whether a changeSet ran before this one. */
  readonly ran: (id: string, author: string, path: string) => boolean;
  readonly property: (name: string) => string | null;
  /** Whether a transaction is open, which an error must not spoil. */
  readonly inTransaction: boolean;
}

/** Answers the preconditions of an element: all of them have to hold (`AndPrecondition`). */
export async function checkPreconditions(group: Node, circumstances: Circumstances): Promise<Verdict> {
  for (const each of kindsOf(group)) {
    const verdict = await check(each, circumstances);
    if (verdict.kind !== "holds") return verdict;
  }
  return { kind: "holds" };
}

const attributes = new Set(["onFail", "onError", "onFailMessage", "onErrorMessage", "onSqlOutput", "onUpdateSql", "onUpdateSQL"]);

function kindsOf(group: Node): readonly Node[] {
  return group.children.filter(({ name }) => !attributes.has(name));
}

async function check(node: Node, circumstances: Circumstances): Promise<Verdict> {
  if (node.name === "and" || /^preconditions$/i.test(node.name)) return checkPreconditions(node, circumstances);
  if (node.name === "or") {
    let last: Verdict = { kind: "fails", why: "none of its alternatives holds" };
    for (const each of kindsOf(node)) {
      last = await check(each, circumstances);
      if (last.kind === "holds") return last;
    }
    return last;
  }
  if (node.name === "not") {
    for (const each of kindsOf(node)) {
      const verdict = await check(each, circumstances);
      if (verdict.kind === "unknown" || verdict.kind === "error") return verdict;
      if (verdict.kind === "holds") return { kind: "fails", why: `${describe(each)} holds` };
    }
    return { kind: "holds" };
  }
  const known = kinds[node.name];
  if (known === undefined) return { kind: "unknown", why: `${node.name} is answered by Java code` };
  const answer = await guarded(circumstances, () => known(node, circumstances));
  if (typeof answer !== "boolean") return answer;
  return answer ? { kind: "holds" } : { kind: "fails", why: `${describe(node)} does not hold` };
}

/** The words of a precondition. */
export function describe(node: Node): string {
  const told = node.children.flatMap(({ name, value }) => (value === null ? [] : [`${name}=${value}`]));
  const text = node.value?.trim().replaceAll(/\s+/g, " ") ?? "";
  return [node.name, ...told, ...(text === "" ? [] : [text])].join(" ");
}

/** An error of the database is an answer too, and leaves the transaction as it was. */
async function guarded(
  circumstances: Circumstances,
  ask: () => Promise<boolean | Verdict> | boolean | Verdict,
): Promise<boolean | Verdict> {
  const { at, inTransaction } = circumstances;
  if (inTransaction) await at.rows("SAVEPOINT pggit_precondition");
  try {
    const answer = await ask();
    if (inTransaction) await at.rows("RELEASE SAVEPOINT pggit_precondition");
    return answer;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "StatementError") throw error;
    if (inTransaction) await at.rows("ROLLBACK TO SAVEPOINT pggit_precondition");
    return { kind: "error", why: error.message };
  }
}

type Kind = (node: Node, circumstances: Circumstances) => Promise<boolean | Verdict> | boolean | Verdict;

async function exists(sql: string, parameters: readonly (string | null)[], { at }: Circumstances): Promise<boolean> {
  const rows = await at.rows(`select 1 as found where exists (${sql})`, parameters);
  return rows.length > 0;
}

function schemaOf(node: Node, { naming }: Circumstances, attribute = "schemaName"): string {
  return valueOf(node, attribute) ?? naming.defaultSchema;
}

const relation = (letters: string): string =>
  `select from pg_class c join pg_namespace n on n.oid = c.relnamespace where lower(n.nspname) = lower($1) and lower(c.relname) = lower($2) and c.relkind in (${letters})`;
const constraint = `select from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where lower(n.nspname) = lower($1) and ($2::text is null or lower(c.relname) = lower($2)) and ($3::text is null or lower(k.conname) = lower($3))`;
const columnsOfKey = `(select string_agg(lower(a.attname), ',' order by p.at) from unnest(k.conkey) with ordinality p(number, at) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.number)`;

function listed(names: string | null): string | null {
  return names === null ? null : names.toLowerCase().replaceAll(/\s+/g, "");
}

async function firstValue(sql: string, { at }: Circumstances): Promise<string> {
  const [row] = await at.rows(sql);
  const [value] = Object.values(row ?? {});
  return value === null || value === undefined ? "null" : scalarText(value);
}

/** The kinds of precondition (`liquibase.precondition.core`). */
const kinds: Readonly<Record<string, Kind>> = {
  dbms: (node) => matchesPostgres(valueOf(node, "type")),
  runningAs: () => ({ kind: "unknown", why: "runningAs asks for the user of a real database" }),
  changeSetExecuted: (node, { ran }) => ran(valueOf(node, "id") ?? "", valueOf(node, "author") ?? "", valueOf(node, "changeLogFile") ?? ""),
  changeLogPropertyDefined(node, { property }) {
    const value = property(valueOf(node, "property") ?? "");
    const wanted = valueOf(node, "value");
    return value !== null && (wanted === null || wanted === value);
  },
  expectedQuotingStrategy: (node, { changelogQuoting }) => valueOf(node, "strategy") === changelogQuoting,
  tableExists: (node, all) => exists(relation("'r', 'p', 'f'"), [schemaOf(node, all), valueOf(node, "tableName")], all),
  viewExists: (node, all) => exists(relation("'v', 'm'"), [schemaOf(node, all), valueOf(node, "viewName")], all),
  sequenceExists: (node, all) => exists(relation("'S'"), [schemaOf(node, all), valueOf(node, "sequenceName")], all),
  columnExists: (node, all) =>
    exists(
      `select from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where lower(n.nspname) = lower($1) and lower(c.relname) = lower($2) and lower(a.attname) = lower($3) and a.attnum > 0 and not a.attisdropped`,
      [schemaOf(node, all), valueOf(node, "tableName"), valueOf(node, "columnName")],
      all,
    ),
  indexExists(node, all) {
    const sql = `select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where lower(n.nspname) = lower($1) and ($2::text is null or lower(c.relname) = lower($2)) and ($3::text is null or lower(x.relname) = lower($3))
        and ($4::text is null or (select string_agg(lower(pg_get_indexdef(i.indexrelid, p, true)), ',' order by p) from generate_series(1, i.indnatts) p) = $4)`;
    const parameters = [schemaOf(node, all), valueOf(node, "tableName"), valueOf(node, "indexName"), listed(valueOf(node, "columnNames"))];
    return exists(sql, parameters, all);
  },
  primaryKeyExists: (node, all) =>
    exists(`${constraint} and k.contype = 'p'`, [schemaOf(node, all), valueOf(node, "tableName"), valueOf(node, "primaryKeyName")], all),
  uniqueConstraintExists(node, all) {
    const parameters = [
      schemaOf(node, all),
      valueOf(node, "tableName"),
      valueOf(node, "constraintName"),
      listed(valueOf(node, "columnNames")),
    ];
    return exists(`${constraint} and k.contype = 'u' and ($4::text is null or ${columnsOfKey} = $4)`, parameters, all);
  },
  foreignKeyConstraintExists(node, all) {
    const parameters = [
      schemaOf(node, all, "foreignKeyTableSchemaName"),
      valueOf(node, "foreignKeyTableName"),
      valueOf(node, "foreignKeyName"),
      valueOf(node, "referencedTableName"),
    ];
    const referenced = "($4::text is null or lower((select r.relname from pg_class r where r.oid = k.confrelid)) = lower($4))";
    return exists(`${constraint} and k.contype = 'f' and ${referenced}`, parameters, all);
  },
  rowCount: async (node, all) =>
    (await firstValue(`select count(*) from ${tableIn(node, all)}`, all)) === valueOf(node, "expectedRows")?.trim(),
  tableIsEmpty: async (node, all) => (await firstValue(`select count(*) from ${tableIn(node, all)}`, all)) === "0",
  async sqlCheck(node, all) {
    const sql = (node.value ?? valueOf(node, "sql") ?? "").trim().replace(/;\s*$/, "");
    return (await firstValue(sql, all)) === (valueOf(node, "expectedResult") ?? "");
  },
};

function tableIn(node: Node, all: Circumstances): string {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const name = valueOf(node, "tableName") ?? "";
  const folded = /[A-Z]/.test(name) && /[a-z]/.test(name) ? name : name.toLowerCase();
  return `${quoted(schemaOf(node, all))}.${quoted(folded)}`;
}
