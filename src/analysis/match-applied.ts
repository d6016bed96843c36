import type { AppliedHistory, AppliedMigration } from "../model/applied.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { History, Migration } from "../model/history.ts";
import { changedQuestion, failedQuestion, missingQuestion, outOfOrderQuestion, passedOverQuestion } from "./edge-cases/history-mismatch.ts";

/** A row of the tool's table together with the migration that it is of. */
export interface AppliedPair {
  readonly migration: Migration;
  readonly row: AppliedMigration;
}

/** A history held against what a database says was applied. Lists of ids stand in the order of the history. */
export interface AppliedMatch {
  /** What counts as applied, in the order in which it was; then what has no row of its own (callbacks, what a baseline covers) where it belongs. */
  readonly applied: readonly string[];
  /** What would run next, repeatables whose text changed included. */
  readonly pending: readonly string[];
  /** Applied with another checksum than the file has now. */
  readonly changed: readonly AppliedPair[];
  /** Applied, and the history has no such file. */
  readonly missing: readonly AppliedMigration[];
  /** Tried and broken off. */
  readonly failed: readonly AppliedMigration[];
  /** Applied after a migration that comes later in the history. */
  readonly outOfOrder: readonly AppliedPair[];
  /** Not applied although a later one is: the tool passes them over unless it is told to run out of order. */
  readonly passedOver: readonly string[];
  /** Up to the baseline: count as applied. */
  readonly belowBaseline: readonly string[];
  readonly questions: readonly { readonly migration: string | null; readonly draft: EdgeCaseDraft }[];
}

interface Sorted {
  readonly migrations: readonly Migration[];
  /** By id, the row that counts. */
  readonly rows: ReadonlyMap<string, AppliedMigration>;
  readonly covered: ReadonlySet<string>;
}

/**
 * Holds a history against the source tool's own table; `null` where there is none, and then everything is pending. Pure: the questions that it raises are for the
 * plan or for the run, each only where the answer changes what counts as the history or what is run.
 */
export function matchApplied({ migrations }: Pick<History, "migrations">, table: AppliedHistory | null): AppliedMatch {
  const all = table?.rows ?? [];
  const counting = all.filter(({ state, migration }) => state === "applied" && migration !== null);
  const rows = new Map(counting.map((row) => [row.migration ?? "", row]));
  const covered = new Set(table?.covered);
  const sorted: Sorted = { migrations, rows, covered };

  const pending = findPending(sorted);
  const open = new Set(pending);
  const byId = new Map(migrations.map((migration) => [migration.id, migration]));
  const pairs = counting.flatMap((row): AppliedPair[] => {
    const migration = byId.get(row.migration ?? "");
    return migration === undefined ? [] : [{ migration, row }];
  });
  const changed = pairs.filter(({ migration, row }) => migration.type !== "repeatable" && differs(migration, row));
  const missing = all.filter(({ state, migration, type }) => state === "applied" && migration === null && !type.endsWith("BASELINE"));
  const failed = all.filter(({ state, migration }) => state === "failed" && !rows.has(migration ?? ""));
  const outOfOrder = findOutOfOrder(pairs, migrations);
  const tried = new Set([...counting, ...failed].map((row) => row.migration));
  const passedOver = findPassedOver(sorted, { pending, tried });
  return {
    applied: orderOfApplication(sorted, { pairs, open }),
    pending,
    changed,
    missing,
    failed,
    outOfOrder,
    passedOver,
    belowBaseline: table?.covered ?? [],
    questions: [
      ...changed.map((pair) => ({ migration: pair.migration.id, draft: changedQuestion(pair) })),
      ...missing.map((row) => ({ migration: null, draft: missingQuestion(row, table) })),
      ...failed.map((row) => ({ migration: row.migration, draft: failedQuestion(row, table) })),
      ...(outOfOrder.length === 0 ? [] : [{ migration: null, draft: outOfOrderQuestion(outOfOrder) }]),
      ...passedOver.map((id) => ({ migration: id, draft: passedOverQuestion(byId.get(id)) })),
    ],
  };
}

function differs({ checksum }: Migration, row: AppliedMigration): boolean {
  return checksum !== null && row.checksum !== null && checksum !== row.checksum;
}

/** Whether the tool enters a migration of this sort in its table: not callbacks, nor what pggit puts before the first file. */
function isNoted({ type, version }: Migration): boolean {
  return type === "repeatable" || (type !== "callback" && version !== null);
}

/** A repeatable runs again where its text is another. What is not noted runs again with whatever is pending before it; at the very start, where nothing ran yet. */
function findPending({ migrations, rows, covered }: Sorted): readonly string[] {
  const pending: string[] = [];
  let noted = 0;
  let openBefore = 0;
  const started = rows.size + covered.size > 0;
  for (const migration of migrations) {
    const row = rows.get(migration.id);
    if (!isNoted(migration)) {
      if (noted === 0 ? !started : openBefore > 0) pending.push(migration.id);
      continue;
    }
    noted += 1;
    const done = row !== undefined && !(migration.type === "repeatable" && differs(migration, row));
    if (done || covered.has(migration.id)) continue;
    openBefore += 1;
    pending.push(migration.id);
  }
  return pending;
}

function findOutOfOrder(pairs: readonly AppliedPair[], migrations: readonly Migration[]): readonly AppliedPair[] {
  const place = new Map(migrations.map(({ id }, index) => [id, index]));
  let furthest = -1;
  return pairs.filter(({ migration }) => {
    if (migration.type === "repeatable") return false;
    const at = place.get(migration.id) ?? 0;
    if (at < furthest) return true;
    furthest = at;
    return false;
  });
}

/** As Flyway does, also behind a migration that broke off. */
function findPassedOver(
  { migrations }: Sorted,
  { pending, tried }: { readonly pending: readonly string[]; readonly tried: ReadonlySet<string | null> },
): readonly string[] {
  const last = migrations.findLastIndex(({ id, type }) => type !== "repeatable" && tried.has(id));
  const before = new Set(
    migrations
      .slice(0, Math.max(last, 0))
      .filter((migration) => migration.type !== "repeatable" && isNoted(migration))
      .map(({ id }) => id),
  );
  return pending.filter((id) => before.has(id));
}

/** Rows by rank; what has none goes before the first that follows it in the history. */
function orderOfApplication(
  { migrations, covered }: Sorted,
  { pairs, open }: { readonly pairs: readonly AppliedPair[]; readonly open: ReadonlySet<string> },
): readonly string[] {
  const ranked = pairs.map(({ migration }) => migration.id).filter((id) => !open.has(id));
  const own = new Set(ranked);
  const before = new Map<string | null, string[]>();
  let waiting: string[] = [];
  for (const migration of migrations) {
    if (own.has(migration.id)) {
      before.set(migration.id, waiting);
      waiting = [];
    } else if (!open.has(migration.id) && (covered.has(migration.id) || !isNoted(migration))) waiting.push(migration.id);
  }
  return [...ranked.flatMap((id) => [...(before.get(id) ?? []), id]), ...waiting];
}
