import { readWholeCatalog, type CatalogSnapshot } from "../catalog/snapshot/read.ts";
import type { Session } from "../database/session.ts";
import { ok, type Result } from "../model/failure.ts";
import { findDrift, type Drift } from "./drift.ts";
import type { Expectations, Point } from "./expectations.ts";
import { outlineDistance, readOutline, type Outline } from "./outline.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { Scope } from "./scope.ts";

export type StateName = "empty" | "head" | "partial" | "drift";

/** By what the state of a database was told. */
export type Basis = "record" | "history-table" | "catalog";

/** Where a database stands in a history. */
export interface Assessment {
  readonly state: StateName;
  /** The migrations that it has, in the order of the plan; with drift those of the nearest point. */
  readonly applied: readonly string[];
  /** The others. */
  readonly pending: readonly string[];
  /** A migration in which a run was cut off, and how many of its units stand. */
  readonly begun: Point["begun"];
  readonly basis: Basis;
  /** What differs from the history at that point; empty but for `drift`. */
  readonly drift: readonly Drift[];
  /** What differs and is left alone, as `ignore` says. */
  readonly ignored: readonly Drift[];
  /** Compared in the terms that two majors know. */
  readonly crossMajor: boolean;
  /** Migrations of which the catalog does not tell whether they ran (they change rows alone); they are counted as applied. */
  readonly unseen: readonly string[];
}

/** What the record or the schema history table says. */
export interface Known {
  /** In the order of the plan. */
  readonly applied: readonly string[];
  readonly basis: Exclude<Basis, "catalog">;
  readonly begun: Point["begun"];
}

export interface AssessRequest {
  readonly runnable: RunnablePlan;
  readonly session: Session;
  readonly scope: Scope;
  readonly expectations: Expectations;
  /** What the database itself says of how far it is; `null` where it says nothing. */
  readonly known: Known | null;
  /** `drift.ignore` */
  readonly ignore: readonly string[];
}

/** More points than these are not compared one by one. */
const mostSamples = 48;
/** So many points with the same outline are compared in full. */
const mostCandidates = 12;

/**
 * Finds out where a database stands: by its record or schema history table where it has one, else by the point of the history whose catalog it has. The
 * catalog is compared either way; what differs is drift. Only reads.
 */
export async function assess(request: AssessRequest): Promise<Result<Assessment>> {
  const { session, scope, known, runnable } = request;
  const { order } = runnable.plan;
  const outline = await readOutline(session, scope);
  if (outline.size === 0 && (known === null || (known.applied.length === 0 && known.begun === null))) {
    const basis = known?.basis ?? "catalog";
    return ok({ state: "empty", applied: [], pending: order, begun: null, basis, drift: [], ignored: [], crossMajor: false, unseen: [] });
  }
  const found = await readWholeCatalog(session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
  if (known !== null) {
    const there = await compareAt(known, { ...request, found, basis: known.basis });
    return there.kind === "failed" ? there : withAdopted(there.value, { ...request, found, basis: known.basis });
  }

  const candidates = await findCandidates(outline, request);
  if (candidates.kind === "failed") return candidates;
  let nearest: Assessment | null = null;
  for (const count of candidates.value) {
    const assessed = await compareAt({ applied: order.slice(0, count), begun: null }, { ...request, found, basis: "catalog" });
    if (assessed.kind === "failed") return assessed;
    if (nearest === null || assessed.value.drift.length <= nearest.drift.length) nearest = assessed.value;
  }
  if (nearest === null) throw new Error("no point of the history was compared");
  if (nearest.state === "drift") return withAdopted(nearest, { ...request, found, basis: "catalog" });
  return ok({ ...nearest, unseen: unseenBefore(nearest.applied.length, runnable) });
}

/** Migrations right before a point that change rows alone: the catalog is the same with and without them. */
function unseenBefore(applied: number, runnable: RunnablePlan): readonly string[] {
  const unseen: string[] = [];
  for (let count = applied - 1; count >= 0 && onlyRows(runnable, count); count -= 1)
    unseen.unshift(runnable.migrations[count]?.plan.id ?? "");
  return unseen;
}

/** Whether the migration after `count` others changes rows and no catalog. */
function onlyRows(runnable: RunnablePlan, count: number): boolean {
  const changes = runnable.migrations[count]?.plan.up.flatMap(({ change }) => change) ?? [];
  return changes.some(({ effect }) => effect === "data") && changes.every(({ effect }) => effect === "data" || effect === "session");
}

interface Comparing extends AssessRequest {
  readonly found: CatalogSnapshot;
  readonly basis: Basis;
}

/**
 * Looks whether a database that differs has what was adopted from it, or from another one: the source tool's table and its outline do not tell. All of it is tried,
 * then one by one.
 */
async function withAdopted(assessed: Assessment, request: Comparing): Promise<Result<Assessment>> {
  const standing = new Set(assessed.applied);
  const adopted = request.runnable.migrations.flatMap(({ plan: { id, adopted } }) =>
    adopted === undefined || standing.has(id) ? [] : [id],
  );
  if (assessed.state !== "drift" || adopted.length === 0) return ok(assessed);
  let nearest = assessed;
  for (const more of adopted.length === 1 ? [adopted] : [adopted, ...adopted.map((id) => [id])]) {
    const tried = new Set([...nearest.applied, ...more]);
    const applied = request.runnable.plan.order.filter((id) => tried.has(id));
    const found = await compareAt({ applied, begun: assessed.begun }, request);
    // What does not run at that point is not there.
    if (found.kind === "failed") continue;
    if (found.value.drift.length === 0) return found;
    if (found.value.drift.length < nearest.drift.length) nearest = found.value;
  }
  return ok(nearest);
}

async function compareAt(point: Point, request: Comparing): Promise<Result<Assessment>> {
  const { expectations, found, basis, runnable, ignore } = request;
  const expected = await expectations.at({ applied: point.applied, begun: point.begun });
  if (expected.kind === "failed") return expected;
  const { drift, ignored, crossMajor } = findDrift({ expected: expected.value, found, shadowUser: expectations.user(), ignore });
  const { applied, begun } = point;
  const standing = new Set(applied);
  const pending = runnable.plan.order.filter((id) => !standing.has(id));
  const state = drift.length > 0 ? "drift" : pending.length === 0 ? "head" : applied.length === 0 && begun === null ? "empty" : "partial";
  return ok({ state, applied, pending, begun, basis, drift, ignored, crossMajor, unseen: [] });
}

/** The points whose outline is the nearest, ascending: a coarse pass over the history, then a close one around the best. */
async function findCandidates(target: Outline, { expectations, runnable }: AssessRequest): Promise<Result<readonly number[]>> {
  const head = runnable.migrations.length;
  let from = 0;
  let to = head;
  const distances = new Map<number, number>();
  for (;;) {
    const step = Math.max(1, Math.ceil((to - from) / mostSamples));
    const counts = [...Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step), to];
    const asked = [...new Set(counts)].filter((count) => !distances.has(count));
    const outlines = await expectations.outlines(asked, target);
    if (outlines.kind === "failed") return outlines;
    for (const [index, count] of asked.entries())
      distances.set(count, outlineDistance(target, outlines.value[index] ?? new Map<string, string>()));
    const least = Math.min(...distances.values());
    const best = [...distances].filter(([, distance]) => distance === least).map(([count]) => count);
    if (step === 1) return ok(best.sort((a, b) => a - b).slice(-mostCandidates));
    from = Math.max(0, Math.min(...best) - step);
    to = Math.min(head, Math.max(...best) + step);
  }
}
