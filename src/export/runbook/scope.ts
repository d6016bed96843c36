import type { Change } from "../../model/change.ts";
import type { Plan, PlanMigration, PlanStatement } from "../../model/plan.ts";
import { parseQualifiedName } from "../../sql/names.ts";
import { qualifiedName } from "../../sql/quote.ts";
import { classifyStatement } from "../../sql/statement.ts";
import { readHeadSchema, type HeadRelation } from "../head-schema.ts";
import type { RunbookTerms } from "./terms.ts";

/** One statement that will run, with what its text says it changes. */
export interface RunStatement {
  readonly migration: PlanMigration;
  readonly statement: PlanStatement;
  readonly changes: readonly RunChange[];
}

export interface RunChange {
  readonly change: Change;
  /** Identity of the table or view that it concerns, quoted and schema-qualified; `null` where it concerns none. */
  readonly relation: string | null;
  /** The relation was made by this run, so it holds no rows of anybody. */
  readonly isNew: boolean;
}

/** What the runbook is about: the migrations that run, and the tables that they change. */
export interface RunScope {
  readonly plan: Plan;
  readonly terms: RunbookTerms;
  readonly migrations: readonly PlanMigration[];
  readonly statements: readonly RunStatement[];
  readonly byMigration: ReadonlyMap<string, readonly RunStatement[]>;
  /** Tables that stand before the run and are changed by it, with the migrations that do. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** Relations that the run makes, and those that it drops and that stood before. */
  readonly created: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
  readonly head: ReadonlyMap<string, HeadRelation>;
}

const touchesRows: ReadonlySet<string> = new Set(["catalog", "data"]);
/** Changes of a table that concern neither its rows nor who waits for them. */
const noRows: ReadonlySet<string> = new Set(["grant", "revoke", "comment", "security-label", "alter-owner"]);
const relationKinds: ReadonlySet<string> = new Set(["table", "view", "materialized-view", "foreign-table", "sequence"]);

/** Reads the statements that will run. Without a first migration a table counts as new within the migration that makes it only: its rows may have come since. */
export function readScope(plan: Plan, terms: RunbookTerms): RunScope {
  const start = terms.from === null ? 0 : plan.migrations.findIndex(({ id }) => id === terms.from);
  const migrations = plan.migrations.slice(Math.max(0, start));
  const head = new Map(readHeadSchema(plan).map((relation) => [relation.identity, relation]));
  const names = namesOf(plan);
  const isView = (relation: string): boolean => /view/.test(head.get(relation)?.kind ?? "");
  const [created, dropped] = [new Set<string>(), new Set<string>()];
  const tables = new Map<string, Set<string>>();
  const statements: RunStatement[] = [];
  let fresh = new Set<string>();
  const byMigration = new Map<string, RunStatement[]>();
  for (const migration of migrations) {
    if (terms.from === null) fresh = new Set();
    const own: RunStatement[] = [];
    byMigration.set(migration.id, own);
    for (const statement of migration.up) {
      const changes = classifyStatement(statement.sql).map((change): RunChange => {
        const relation = relationOf(change, names);
        if (relation !== null && change.kind.startsWith("create-") && change.object?.parent === undefined && isRelation(change)) {
          fresh.add(relation);
          created.add(relation);
          dropped.delete(relation);
        }
        if (relation !== null && /^drop-(?:table|view|materialized-view|foreign-table)$/.test(change.kind)) {
          if (!created.delete(relation)) dropped.add(relation);
        }
        return { change, relation, isNew: relation !== null && fresh.has(relation) };
      });
      for (const { change, relation, isNew } of changes) {
        if (relation === null || isNew || !touchesRows.has(change.effect) || noRows.has(change.kind) || isView(relation)) continue;
        tables.set(relation, (tables.get(relation) ?? new Set()).add(migration.id));
      }
      own.push({ migration, statement, changes });
      statements.push({ migration, statement, changes });
    }
  }
  return { plan, terms, migrations, statements, byMigration, tables, created, dropped, head };
}

function isRelation({ object }: Change): boolean {
  return object !== null && relationKinds.has(object.kind);
}

/** The last known identity of each bare name, for statements that leave the schema to `search_path`. */
function namesOf(plan: Plan): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { kind, identity } of plan.objects) {
    if (!relationKinds.has(kind)) continue;
    const { name } = parseQualifiedName(identity);
    if (!names.has(name)) names.set(name, identity);
  }
  return names;
}

function relationOf({ object, reads }: Change, names: ReadonlyMap<string, string>): string | null {
  if (object === null) return null;
  const known = (schema: string | null, name: string): string =>
    schema === null ? (names.get(name) ?? qualifiedName("public", name)) : qualifiedName(schema, name);
  if (object.parent !== undefined) return known(object.schema, object.parent);
  if (relationKinds.has(object.kind)) return object.kind === "sequence" ? null : known(object.schema, object.name);
  if (object.kind !== "index") return null;
  const table = reads.find(({ kind }) => kind === "table");
  return table === undefined ? null : known(table.schema, table.name);
}
