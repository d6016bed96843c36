import { readWholeCatalog, type CatalogSnapshot } from "../catalog/snapshot/read.ts";
import { describeEngine, StatementError, type Shadow } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { refusalOf } from "./connection-lost.ts";
import { executeOnShadow, resetShadow, sessionUser, type ShadowTerms } from "./execute-script.ts";
import { outlineDistance, readOutline, type Outline } from "./outline.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { Scope } from "./scope.ts";

/** A point of the history: the migrations that stand, in order, and units of another one that was cut off. */
export interface Point {
  readonly applied: readonly string[];
  readonly begun: { readonly id: string; readonly units: number } | null;
}

/** What the history gives at each of its points, found out by running it on a shadow. Has a lifetime: `close` ends the shadow. */
export interface Expectations {
  /** The catalog after these migrations, in this order. */
  at(point: Point): Promise<Result<CatalogSnapshot>>;
  /** The outlines after each of these numbers of migrations of the plan, which ascend. Where one is as `wanted`, the catalog is read in passing: it will be asked for. */
  outlines(counts: readonly number[], wanted: Outline): Promise<Result<readonly Outline[]>>;
  /** Lends the shadow as it stands after these migrations; what is done there does not count for later questions. */
  lend<T>(point: Point, work: (shadow: Shadow) => Promise<Result<T>>): Promise<Result<T>>;
  /** The first user of the shadow, once something was asked. */
  user(): string;
  /** `PostgreSQL 18.6 (embedded)`; `null` before anything was asked. */
  engine(): string | null;
  close(): Promise<void>;
}

export interface ExpectationRequest {
  readonly runnable: RunnablePlan;
  readonly scope: Scope;
  readonly openShadow: () => Promise<Result<Shadow>>;
}

/** A catalog takes its time to read, and points that change rows alone have the same outline. */
const mostReadInPassing = 4;

/** Nothing runs before the first question. The shadow goes forward only; a question about a point that is not ahead takes a fresh one. */
export function createExpectations({ runnable, scope, openShadow }: ExpectationRequest): Expectations {
  const snapshots = new Map<string, CatalogSnapshot>();
  let shadow: Shadow | null = null;
  let engine: string | null = null;
  let user = "postgres";
  let done: readonly string[] = [];
  const byId = new Map(runnable.migrations.map((migration) => [migration.plan.id, migration]));

  const termsOn = ({ session }: Shadow): ShadowTerms => ({
    resetBetween: runnable.plan.surroundings.resetBetween,
    disposable: session.engine.ownsCluster,
  });
  const start = async (): Promise<Result<Shadow>> => {
    await shadow?.close();
    shadow = null;
    const opened = await openShadow();
    if (opened.kind === "failed") return opened;
    shadow = opened.value;
    done = [];
    const { session } = shadow;
    engine = describeEngine(session.engine);
    user = await sessionUser(session);
    for (const sql of runnable.plan.surroundings.bookkeepingSql) await runQuietly(shadow, sql);
    return ok(shadow);
  };
  const execute = async (id: string, { on, units }: { readonly on: Shadow; readonly units: number | null }): Promise<Failure | null> => {
    const migration = byId.get(id);
    if (migration === undefined) throw new Error(`the plan has no migration ${id}`);
    const script = units === null ? migration.up : { ...migration.up, units: migration.up.units.slice(0, units) };
    try {
      await executeOnShadow(on.session, { ...migration, up: script }, termsOn(on));
      return null;
    } catch (error) {
      return doesNotRun(refusalOf(error), { id, engine: engine ?? "" });
    }
  };
  const moveTo = async ({ applied, begun }: Point): Promise<Result<Shadow>> => {
    const ahead = shadow !== null && done.length <= applied.length && done.every((id, index) => applied[index] === id);
    const opened = ahead && shadow !== null ? ok(shadow) : await start();
    if (opened.kind === "failed") return opened;
    for (const id of applied.slice(done.length)) {
      const failure = await execute(id, { on: opened.value, units: null });
      if (failure !== null) return failed(failure);
      done = [...done, id];
    }
    if (begun !== null) {
      const failure = await execute(begun.id, { on: opened.value, units: begun.units });
      if (failure !== null) return failed(failure);
      // Nothing goes on from here.
      done = [...done, ""];
    }
    await resetShadow(opened.value.session);
    return opened;
  };

  const readHere = async (point: Point, { session }: Shadow): Promise<CatalogSnapshot> => {
    const snapshot = await readWholeCatalog(session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
    snapshots.set(JSON.stringify(point), snapshot);
    return snapshot;
  };

  return {
    async at(point) {
      const known = snapshots.get(JSON.stringify(point));
      if (known !== undefined) return ok(known);
      const moved = await moveTo(point);
      return moved.kind === "failed" ? moved : ok(await readHere(point, moved.value));
    },
    async outlines(counts, wanted) {
      const found: Outline[] = [];
      let read = 0;
      for (const count of counts) {
        const point = { applied: runnable.plan.order.slice(0, count), begun: null };
        const moved = await moveTo(point);
        if (moved.kind === "failed") return moved;
        const outline = await readOutline(moved.value.session, scope);
        found.push(outline);
        // A shadow does not go back: a second one would have to be brought there.
        if (read < mostReadInPassing && outlineDistance(wanted, outline) === 0) {
          await readHere(point, moved.value);
          read += 1;
        }
      }
      return ok(found);
    },
    async lend(point, work) {
      const moved = await moveTo(point);
      if (moved.kind === "failed") return moved;
      // Nothing goes on from here.
      done = [...done, ""];
      return work(moved.value);
    },
    user: () => user,
    engine: () => engine,
    async close() {
      await shadow?.close();
      shadow = null;
    },
  };
}

/** The source tool's tables may stand in a schema that only its first migration makes. */
export async function runQuietly(shadow: Pick<Shadow, "session">, sql: string): Promise<void> {
  try {
    await shadow.session.run(sql);
  } catch (error) {
    if (!(error instanceof StatementError) || error.error.code !== "3F000") throw error;
  }
}

/** A migration of a plan that failed on a shadow. */
export function doesNotRun(error: StatementError, { id, engine }: { readonly id: string; readonly engine: string }): Failure {
  return {
    kind: "failure",
    code: "shadow-replay-failed",
    message: `${id} of the plan does not run on the shadow (${engine}): ${error.message}`,
    location: id,
    hint: "Give a shadow that has what the history needs with --shadow-url, or run `pggit migrate` again.",
    exitCode: 4,
  };
}
