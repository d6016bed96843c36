import { adapters } from "../../adapters/index.ts";
import type { SchemaHistory } from "../../adapters/adapter.ts";
import { matchApplied } from "../analysis/match-applied.ts";
import type { RunnablePlan } from "../apply/runnable.ts";
import { noStamp, type Stamp } from "../apply/store-recorder.ts";
import type { HistoryReading, TargetHistory } from "../apply/target-history.ts";
import type { Session } from "../database/session.ts";
import type { AppliedHistory } from "../model/applied.ts";
import { ok } from "../model/failure.ts";
import type { Migration } from "../model/history.ts";
import type { Plan, PlanMigration } from "../model/plan.ts";

/** The source tool's own table in a target: read, and, if wanted, stamped. Tools that keep none say nothing. */
export function targetHistoryOf({ plan }: RunnablePlan, mode: "stamp" | "leave"): TargetHistory {
  const source = adapters.find(({ tool }) => tool === plan.source.tool)?.schemaHistory;
  return {
    async read(session) {
      if (source === undefined) return ok(nothingRead);
      // What was adopted from a database is none of the tool's business.
      const migrations = plan.migrations.filter(({ adopted }) => adopted === undefined).map(asMigration);
      const read = await source.read(
        { rows: (sql, parameters) => session.rows(sql, parameters) },
        { bookkeeping: plan.surroundings.bookkeeping, migrations },
      );
      if (read.kind === "failed") return read;
      if (read.value === null) return ok(nothingRead);
      const stamp = mode === "leave" ? noStamp : stampsIn(session, { source, table: read.value.table, plan });
      const tables = { table: read.value.table, bookkeeping: plan.surroundings.bookkeeping };
      const lockedBy = (await source.lockHolder?.({ rows: (sql, parameters) => session.rows(sql, parameters) }, tables)) ?? null;
      return ok({ ...interpret(read.value, { migrations, stamp }), lockedBy });
    },
  };
}

const nothingRead: HistoryReading = {
  known: null,
  facts: new Map(),
  warnings: [],
  questions: [],
  outdated: [],
  stamp: noStamp,
  lockedBy: null,
};

function interpret(
  table: AppliedHistory,
  { migrations, stamp }: { readonly migrations: readonly Migration[]; readonly stamp: Stamp },
): Omit<HistoryReading, "lockedBy"> {
  const match = matchApplied({ migrations }, table);
  const counting = table.rows.filter(({ state, migration }) => state === "applied" && migration !== null);
  const facts = new Map(
    counting.map((row): [string, NonNullable<ReturnType<HistoryReading["facts"]["get"]>>] => [
      row.migration ?? "",
      {
        appliedAt: row.installedOn,
        appliedBy: row.installedBy,
        executionMs: row.executionMs,
        source: {
          rank: row.rank,
          version: row.version,
          description: row.description,
          type: row.type,
          script: row.script,
          checksum: row.checksum,
        },
      },
    ]),
  );
  const blocking = new Set([...match.failed.map(({ migration }) => migration), ...match.passedOver]);
  const asked = match.questions.map(({ migration, draft }) => ({
    draft,
    blocks: migration !== null && blocking.has(migration) && match.pending.includes(migration),
  }));
  const ranAt = new Set(counting.map(({ migration }) => migration));
  return {
    known: match.applied.length === 0 ? null : { applied: match.applied, basis: "history-table", begun: null },
    facts,
    warnings: asked.filter(({ blocks }) => !blocks).map(({ draft }) => `${draft.title}. ${draft.action}`),
    questions: asked.filter(({ blocks }) => blocks).map(({ draft }) => draft),
    outdated: match.pending.filter((id) => ranAt.has(id)),
    stamp,
  };
}

function stampsIn(
  session: Session,
  { source, table, plan }: { readonly source: SchemaHistory; readonly table: string; readonly plan: Plan },
): Stamp {
  let count = 0;
  const run = async (statements: readonly string[]): Promise<void> => {
    const lock = statements.length === 0 ? [] : (source.takeLock?.({ table, bookkeeping: plan.surroundings.bookkeeping }) ?? []);
    for (const sql of [...lock, ...statements]) await session.run(sql);
    if (statements.length > 0) count += 1;
  };
  return {
    enter: ({ plan: migration }, { seconds }) =>
      run(
        migration.adopted === undefined
          ? source.stamp({ migration, location: plan.source.location, table, by: null, executionMs: seconds * 1000 })
          : [],
      ),
    takeOut: ({ plan: migration }) => run(migration.adopted === undefined ? source.unstamp({ migration, table }) : []),
    count: () => count,
  };
}

/** A migration of a plan as the reader of the table knows it: what it is, its id says. */
function asMigration({ id, name, author, date, files, checksum, entry }: PlanMigration): Migration {
  const [, letter, ofFlyway] = /^([VB])(\d[^@]*)/.exec(id) ?? [];
  const version = ofFlyway ?? entry?.["version"] ?? null;
  const type =
    id.startsWith("R__") || entry?.["repeats"] === "yes"
      ? "repeatable"
      : letter === "V" || entry?.["version"] !== undefined
        ? "versioned"
        : letter === "B"
          ? "baseline"
          : "callback";
  return {
    kind: "migration",
    id,
    type,
    version,
    name,
    author,
    date,
    files,
    checksum,
    transaction: "one",
    environment: null,
    assumptions: [],
    edgeCases: [],
    ...(entry === undefined ? {} : { entry }),
    // The statements stand in the plan's files; nobody asks for them here.
    async *up() {},
  };
}
