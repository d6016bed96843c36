import { refusalOf } from "../apply/connection-lost.ts";
import { executeOnShadow, resetShadow, sessionUser, type ShadowTerms } from "../apply/execute-script.ts";
import { doesNotRun, runQuietly } from "../apply/expectations.ts";
import type { ScriptStatement } from "../apply/read-script.ts";
import type { RunnableMigration, RunnablePlan } from "../apply/runnable.ts";
import { installReaderFunctions } from "../catalog/install.ts";
import { createReader, type CatalogReader, type ReaderOptions } from "../catalog/reader.ts";
import { describeEngine, type Session, type Shadow } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { parseQualifiedName } from "../sql/names.ts";
import type { DefinitionTerms } from "./definitions.ts";

/** A plan's migrations on a shadow, run forwards and looked at where somebody asks. */
export interface Rehearsal {
  readonly shadow: Shadow;
  /** Runs one migration. `ran` is told of each statement, in its transaction. */
  run(migration: RunnableMigration, ran?: (statement: ScriptStatement) => Promise<void>): Promise<Failure | null>;
  /** A reader that has read everything as it stands now. Between migrations. */
  read(): Promise<CatalogReader>;
}

/** Where a plan is rehearsed. */
export interface RehearsalRequest {
  readonly runnable: RunnablePlan;
  readonly openShadow: () => Promise<Result<Shadow>>;
  readonly signal: AbortSignal;
}

/** Lends a fresh shadow on which nothing of the plan ran yet; it is gone afterwards. */
export async function rehearse<T>(
  { runnable, openShadow, signal }: RehearsalRequest,
  work: (rehearsal: Rehearsal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = await openShadow();
  if (opened.kind === "failed") return opened;
  const shadow = opened.value;
  const close = (): void => void shadow.close();
  signal.addEventListener("abort", close);
  try {
    return await work(await begin(runnable, shadow));
  } finally {
    signal.removeEventListener("abort", close);
    await shadow.close();
  }
}

/** The tables of the source tool, which no read shows. */
export function excludedTables({ plan }: RunnablePlan): ReaderOptions {
  return { excludeFromReads: plan.surroundings.bookkeeping.map(parseQualifiedName) };
}

async function begin(runnable: RunnablePlan, shadow: Shadow): Promise<Rehearsal> {
  const { session } = shadow;
  const { resetBetween, bookkeepingSql } = runnable.plan.surroundings;
  for (const sql of bookkeepingSql) await runQuietly(shadow, sql);
  const terms: ShadowTerms = { resetBetween, disposable: session.engine.ownsCluster };
  let installed = false;
  const execute = async (migration: RunnableMigration, more: Pick<ShadowTerms, "ran">): Promise<Failure | null> => {
    try {
      await executeOnShadow(session, migration, { ...terms, ...more });
      return null;
    } catch (error) {
      return doesNotRun(refusalOf(error), { id: migration.plan.id, engine: describeEngine(session.engine) });
    }
  };
  return {
    shadow,
    run: (migration, ran) => execute(migration, ran === undefined ? {} : { ran }),
    async read() {
      await resetShadow(session);
      if (!installed) await installReaderFunctions(session);
      installed = true;
      return createReader(session, excludedTables(runnable));
    },
  };
}

/** What a catalog held at several moments. */
export interface States {
  readonly states: readonly CatalogSlice[];
  readonly terms: DefinitionTerms;
}

/** What the catalog holds behind each of these numbers of migrations, which ascend. */
export async function readStates(request: RehearsalRequest, counts: readonly number[]): Promise<Result<States>> {
  return rehearse(request, async (rehearsal) => {
    const states: CatalogSlice[] = [];
    let done = 0;
    for (const count of counts) {
      const failure = await runUpTo(rehearsal, request.runnable.migrations.slice(done, count));
      if (failure !== null) return failed(failure);
      done = Math.max(done, count);
      states.push((await rehearsal.read()).all());
    }
    return ok({ states, terms: await termsOf(rehearsal.shadow.session) });
  });
}

/** Runs migrations one after the other, up to the first that fails. */
export async function runUpTo(rehearsal: Rehearsal, migrations: readonly RunnableMigration[]): Promise<Failure | null> {
  for (const migration of migrations) {
    const failure = await rehearsal.run(migration);
    if (failure !== null) return failure;
  }
  return null;
}

/** What definitions read on a shadow are to be written for. */
export async function termsOf(session: Session): Promise<DefinitionTerms> {
  return { sessionRole: await sessionUser(session), major: session.engine.major };
}
