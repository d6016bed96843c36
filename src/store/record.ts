import type { Session } from "../database/session.ts";
import type { Plan, PlanMigration } from "../model/plan.ts";
import { branchesOf, type Branches } from "./branches.ts";
import { describeObjects } from "./describe-objects.ts";
import { commitHash, contentHash } from "./migration-content.ts";
import { objectLines } from "./object-lines.ts";
import { changeObjects, type NewCommit, type ObjectRow } from "./object-states.ts";
import type { ReadyStore } from "./store.ts";
import { parseUtc } from "./utc.ts";
import { writeBranches, writeHeads } from "./write-branches.ts";
import { writeCommits } from "./write-commits.ts";
import { writeDecisions } from "./write-decisions.ts";
import { writeMigrations } from "./write-migrations.ts";
import { writeDependencies } from "./write-dependencies.ts";
import { writeHistory, writeObjects } from "./write-objects.ts";

/** One migration that stands in the target, and how it came there. */
export interface MigrationFact {
  /** As in the plan. */
  readonly id: string;
  /** `recorded`: another tool ran it. `executed`: pggit ran it. `built`: it came with `schema.sql`. */
  readonly how: "recorded" | "executed" | "built";
  /** ISO 8601. */
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly executionMs: number | null;
  /** What the source tool's own table says of it, kept as it is. */
  readonly source: Readonly<Record<string, string | number | boolean | null>> | null;
}

/** What is to be recorded, in the order in which it was applied. */
export interface RecordRequest {
  readonly plan: Plan;
  readonly facts: readonly MigrationFact[];
  /** From `beginRun`; `null` where no run is kept. */
  readonly run: number | null;
  /** Of pggit, for the audit trail. */
  readonly programVersion: string;
}

/** A migration that the record has with other statements than the plan: it was edited after it was recorded. */
export interface RecordConflict {
  readonly id: string;
  readonly recorded: string;
  readonly offered: string;
}

export interface Recorded {
  /** Rows inserted, changed or deleted; 0 where the record was complete. */
  readonly rows: number;
  /** Migrations that were not in the record before. */
  readonly migrations: readonly string[];
  /** Not empty: nothing was written. */
  readonly conflicts: readonly RecordConflict[];
}

/** A migration with all that its rows are made of. */
export interface Prepared extends NewCommit {
  readonly fact: MigrationFact;
  readonly migration: PlanMigration;
  readonly parent: string | null;
  /** `pggit.migrations.version`: unique over tools and repetitions, `flyway:V47`, `flyway:R__views#2`. */
  readonly version: string;
}

/** What the writers need beside the rows. */
export interface RecordContext extends RecordRequest {
  readonly session: Session;
  readonly store: ReadyStore;
  readonly tool: string;
  readonly branches: Branches;
}

/**
 * Writes all rows of these migrations: commits with their chain, branches and heads, objects with versions, history, dependencies, migrations with their scripts,
 * confidence and edge cases, the source tool's history, and pggit's own account. Within the caller's transaction, which has to be the one that changes
 * the schema; the catalog is read as it stands then. What is recorded already is not written again: a second call gives 0 rows. The number of queries
 * does not depend on the number of migrations.
 */
export async function recordMigrations(session: Session, store: ReadyStore, request: RecordRequest): Promise<Recorded> {
  const branches = branchesOf(request.plan);
  const context: RecordContext = { ...request, session, store, tool: request.plan.source.tool, branches };
  const known = await readKnown(context);
  const { prepared, conflicts } = prepare(context, known);
  if (conflicts.length > 0) return { rows: 0, migrations: [], conflicts };

  let rows = await writeBranches(context);
  if (prepared.length > 0) {
    const lines = objectLines(request.plan);
    const recorded = new Map([...known.migrations.map(({ id, branch }): [string, string] => [id, branch]), ...prepared.map(branchOf)]);
    const changes = changeObjects({ lines, rows: known.objects, commits: prepared, recorded });
    const descriptions = await describeObjects(session, changes.states);
    rows += await writeCommits(context, { prepared, lines, trees: changes.trees });
    rows += await writeObjects(context, changes.states, descriptions);
    rows += await writeHistory(context, changes.history, prepared);
    rows += await writeDependencies(session, changes.states);
    rows += await writeMigrations(context, prepared);
    rows += await writeHeads(context, { prepared, standing: changes.standing, touched: changes.states });
  }
  rows += await writeDecisions(context, prepared);
  return { rows, migrations: prepared.map(({ id }) => id), conflicts };
}

interface Known {
  readonly migrations: readonly { readonly id: string; readonly content: string; readonly branch: string }[];
  readonly heads: Readonly<Record<string, string | null>>;
  readonly objects: readonly ObjectRow[];
}

async function readKnown({ session, tool }: RecordContext): Promise<Known> {
  const [known] = await session.rows<Known>(
    `select
       coalesce((select json_agg(json_build_object('id', id, 'content', content_hash, 'branch', branch) order by position)
         from pggit_migrate.migrations where tool = $1), '[]'::json) as migrations,
       (select json_object_agg(b.name, (select m.commit_hash from pggit_migrate.migrations m where m.branch = b.name order by m.position desc limit 1))
         from pggit.branches b) as heads,
       coalesce((select json_agg(json_build_object('id', o.id, 'line', o.metadata #>> '{pggit,line}', 'branch', o.branch_name,
           'schema', o.schema_name, 'name', o.object_name, 'version', o.version, 'active', o.is_active, 'hash', o.metadata #>> '{pggit,hash}',
           'lastAt', (select (extract(epoch from max(h.created_at)) * 1000000)::bigint::text from pggit.history h where h.object_id = o.id)))
         from pggit.objects o where o.metadata #>> '{pggit,tool}' = $1), '[]'::json) as objects`,
    [tool],
  );
  if (known === undefined) throw new Error("the record gave no row");
  return known;
}

function prepare(
  { plan, facts, tool, branches }: RecordContext,
  known: Known,
): { readonly prepared: readonly Prepared[]; readonly conflicts: readonly RecordConflict[] } {
  const migrations = new Map(plan.migrations.map((migration) => [migration.id, migration]));
  const recorded = new Map<string, string[]>();
  for (const { id, content } of known.migrations) recorded.set(id, [...(recorded.get(id) ?? []), content]);
  const heads = new Map(Object.entries(known.heads));
  const prepared: Prepared[] = [];
  const conflicts: RecordConflict[] = [];
  for (const fact of facts) {
    const migration = migrations.get(fact.id);
    if (migration === undefined) throw new Error(`${fact.id} is not in the plan`);
    const content = contentHash(tool, migration);
    const before = recorded.get(fact.id) ?? [];
    const newest = before.at(-1);
    if (newest === content) continue;
    // What pggit itself ran again has become another version of itself, as Flyway's repeatables do.
    if (newest !== undefined && fact.how !== "executed") {
      conflicts.push({ id: fact.id, recorded: newest, offered: content });
      continue;
    }
    const at = parseUtc(fact.appliedAt);
    if (at === null) throw new Error(`${fact.appliedAt} is no moment in ISO 8601`);
    const branch = branches.of(fact.id);
    const parent = heads.get(branch) ?? heads.get("main") ?? null;
    const hash = commitHash(parent, content);
    heads.set(branch, hash);
    recorded.set(fact.id, [...before, content]);
    const version = before.length === 0 ? `${tool}:${fact.id}` : `${tool}:${fact.id}#${before.length + 1}`;
    prepared.push({ id: fact.id, branch, hash, content, at, fact, migration, parent, version });
  }
  return { prepared, conflicts };
}

function branchOf({ id, branch }: Prepared): [string, string] {
  return [id, branch];
}
