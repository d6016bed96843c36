import { readWholeCatalog, type CatalogSnapshot } from "../catalog/snapshot/read.ts";
import { StatementError, type Shadow } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { executeOnShadow } from "./execute-script.ts";
import { readOutline, type Outline } from "./outline.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { Scope } from "./scope.ts";

/** What the history gives at each of its points, found out by running it on a shadow. Has a lifetime: `close` ends the shadow. */
export interface Expectations {
  /** The catalog after so many migrations. */
  at(count: number): Promise<Result<CatalogSnapshot>>;
  /** The outlines after each of these numbers of migrations, which ascend. */
  outlines(counts: readonly number[]): Promise<Result<readonly Outline[]>>;
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
  /** Whether cluster-wide statements may run on the shadow. Of an embedded one they always may. */
  readonly disposable: boolean;
  readonly advanced: (count: number) => void;
}

/** Nothing runs before the first question. The shadow goes forward only; a question about an earlier point takes a fresh one. */
export function createExpectations({ runnable, scope, openShadow, disposable, advanced }: ExpectationRequest): Expectations {
  const snapshots = new Map<number, CatalogSnapshot>();
  let shadow: Shadow | null = null;
  let engine: string | null = null;
  let user = "postgres";
  let position = 0;

  const start = async (): Promise<Result<Shadow>> => {
    await shadow?.close();
    shadow = null;
    const opened = await openShadow();
    if (opened.kind === "failed") return opened;
    shadow = opened.value;
    position = 0;
    const { session } = shadow;
    engine = `${session.engine.version}${session.engine.embedded ? " (embedded)" : ""}`;
    user = (await session.rows<{ name: string }>("select session_user::text as name"))[0]?.name ?? user;
    for (const sql of runnable.plan.surroundings.bookkeepingSql) await runQuietly(shadow, sql);
    return ok(shadow);
  };
  const moveTo = async (count: number): Promise<Result<Shadow>> => {
    const opened = shadow === null || count < position ? await start() : ok(shadow);
    if (opened.kind === "failed") return opened;
    const { session } = opened.value;
    const terms = { resetBetween: runnable.plan.surroundings.resetBetween, disposable: disposable || session.engine.embedded };
    while (position < count) {
      const migration = runnable.migrations[position];
      if (migration === undefined) throw new Error(`the plan has no migration ${position + 1}`);
      try {
        await executeOnShadow(session, migration, terms);
      } catch (error) {
        if (!(error instanceof StatementError)) throw error;
        return failed(doesNotRun(error, { id: migration.plan.id, engine: engine ?? "" }));
      }
      position += 1;
      advanced(position);
    }
    await session.run("RESET SESSION AUTHORIZATION; RESET ALL");
    return opened;
  };

  return {
    async at(count) {
      const known = snapshots.get(count);
      if (known !== undefined) return ok(known);
      const moved = await moveTo(count);
      if (moved.kind === "failed") return moved;
      const snapshot = await readWholeCatalog(moved.value.session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
      snapshots.set(count, snapshot);
      return ok(snapshot);
    },
    async outlines(counts) {
      const found: Outline[] = [];
      for (const count of counts) {
        const moved = await moveTo(count);
        if (moved.kind === "failed") return moved;
        found.push(await readOutline(moved.value.session, scope));
      }
      return ok(found);
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
async function runQuietly(shadow: Shadow, sql: string): Promise<void> {
  try {
    await shadow.session.run(sql);
  } catch (error) {
    if (!(error instanceof StatementError) || error.error.code !== "3F000") throw error;
  }
}

function doesNotRun(error: StatementError, { id, engine }: { readonly id: string; readonly engine: string }): Failure {
  return {
    kind: "failure",
    code: "shadow-replay-failed",
    message: `${id} of the plan does not run on the shadow (${engine}): ${error.message}`,
    location: id,
    hint: "Give a shadow that has what the history needs with --shadow-url, or run `pggit migrate` again.",
    exitCode: 4,
  };
}
