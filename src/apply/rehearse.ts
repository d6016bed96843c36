import type { TargetDatabase } from "../database/open-target.ts";
import { openShadow } from "../database/shadow.ts";
import { StatementError, type Shadow } from "../database/session.ts";
import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import { applyPlan, withExamined } from "./apply-plan.ts";
import type { ApplyRequest, DatabaseOutcome } from "./apply-types.ts";
import type { Assessment } from "./assess.ts";
import { findDrift } from "./drift.ts";
import { decisionOn, ignoredPatterns } from "./drift-decisions.ts";
import { findDriftStatements } from "./drift-statements.ts";
import type { Examined } from "./examined.ts";
import { executeOnShadow, resetShadow, sessionUser } from "./execute-script.ts";
import { extensionsOf } from "./extensions-of.ts";
import { driftRefusal } from "./refusals.ts";
import type { RunnablePlan } from "./runnable.ts";
import { scopeOf } from "./scope.ts";
import { noStamp } from "./store-recorder.ts";

/**
 * Does to a throwaway copy what would be done to the target: the copy is made on the target's own server where the role may create databases, else embedded, from
 * the history up to where the target stands, and compared with it. The target is only read; the copy is dropped, whatever happens.
 */
export async function rehearse(request: ApplyRequest & { readonly database: string }): Promise<Result<DatabaseOutcome>> {
  const { target } = request;
  const place = { description: target.description, server: target.session.engine.version };
  const looked = await withExamined({ ...request, options: { ...request.options, dryRun: true } }, async (examined) => {
    const { assessment, ignored, expectations } = examined;
    return ok({ assessment, ignored: ignored.all, differences: await differencesFor(request, examined), engine: expectations.engine() });
  });
  if (looked.kind === "failed") return looked;
  const { assessment, ignored, differences, engine } = looked.value;
  if (differences.kind === "failed") {
    const nothing = { after: assessment.state, recorded: 0, executed: [], stamped: 0, stoppedAt: null, reverted: [], saves: [] };
    const failure = differences.failures[0] ?? driftRefusal(assessment);
    return ok({ ...nothing, ...place, assessment, ignored, engine, copy: null, failure });
  }
  const opened = await openCopy(request);
  if (opened.kind === "failed") return opened;
  const { shadow, copy } = opened.value;
  try {
    return await onCopy(shadow, { request, assessment, ignored, differences: differences.value, copy, place });
  } finally {
    await shadow.close();
  }
}

/** The SQL that makes on a copy what differs in the target and is decided to be undone; fails where anything else differs. */
async function differencesFor(request: ApplyRequest, examined: Examined): Promise<Result<readonly string[]>> {
  const { drift, state } = examined.assessment;
  const decisions = request.options.drift.decisions ?? [];
  if (state !== "drift") return ok([]);
  if (drift.some((one) => decisionOn(one, decisions)?.choice !== "revert")) return failed(driftRefusal(examined.assessment));
  const found = await findDriftStatements(request, examined, drift);
  return found.kind === "failed" ? found : ok(found.value.make);
}

interface Rehearsal {
  /** What makes the differences of the target that are to be undone. */
  readonly differences: readonly string[];
  readonly request: ApplyRequest & { readonly database: string };
  readonly assessment: Assessment;
  readonly ignored: DatabaseOutcome["ignored"];
  readonly copy: string;
  readonly place: Pick<DatabaseOutcome, "description" | "server">;
}

async function onCopy(
  shadow: Shadow,
  { request, assessment, ignored, differences: made, copy, place }: Rehearsal,
): Promise<Result<DatabaseOutcome>> {
  const { target, options, surroundings } = request;
  const disposable = shadow.session.engine.ownsCluster;
  const runnable = disposable ? request.runnable : withoutClusterWide(request.runnable, (message) => surroundings.progress.warn(message));
  const { surroundings: tool } = runnable.plan;
  const standing = new Set(assessment.applied);
  surroundings.progress.begin(`making ${copy}`, assessment.applied.length);
  try {
    for (const sql of standing.size > 0 ? tool.bookkeepingSql : []) await shadow.session.run(sql);
    for (const migration of runnable.migrations)
      if (standing.has(migration.plan.id))
        await executeOnShadow(shadow.session, migration, { resetBetween: tool.resetBetween, disposable });
    await resetShadow(shadow.session);
    if (made.length > 0) await shadow.session.run(["BEGIN", ...made, "COMMIT"].join(";\n"));
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return failed({
      kind: "failure",
      code: "copy-failed",
      message: `The copy cannot be made: ${error.message} (SQLSTATE ${error.error.code}).`,
      location: place.description,
      hint: "Give another server for shadows with --shadow-url; the target was not touched.",
      exitCode: 1,
    });
  }
  const differences = await compareCopy(shadow, request);
  for (const text of differences) surroundings.progress.warn(`The copy differs from the target: ${text}`);
  const applied = await applyPlan({
    runnable,
    target: asTarget(shadow, target),
    options,
    // Nothing that anybody needs is at risk.
    surroundings: { ...surroundings, ask: () => Promise.resolve("yes") },
    history: {
      read: () =>
        Promise.resolve(
          ok({
            known: { applied: assessment.applied, basis: "history-table", begun: null },
            facts: new Map(),
            warnings: [],
            questions: [],
            outdated: [],
            stamp: noStamp,
            lockedBy: null,
          }),
        ),
    },
  });
  if (applied.kind === "failed") return applied;
  const { failure } = applied.value;
  const shown = failure === null ? null : { ...failure, message: `On ${copy}: ${failure.message}` };
  return ok({ ...applied.value, ...place, assessment, ignored, failure: shown, copy });
}

async function openCopy({
  database,
  options,
  runnable,
  surroundings,
  target,
}: Rehearsal["request"]): Promise<Result<{ readonly shadow: Shadow; readonly copy: string }>> {
  const request = { extensions: extensionsOf(runnable), statementTimeoutMs: null, id: `${process.pid}copy` };
  if (!target.standby) {
    const there = await openShadow({ ...request, server: { url: database, disposable: options.disposable } });
    if (there.kind === "ok") return ok({ shadow: there.value, copy: "a copy on its server" });
    const [failure] = there.failures;
    if (failure?.code !== "no-createdb-right") return there;
  }
  const why = target.standby ? "Nothing can be created on a standby" : "The role may not create databases there";
  surroundings.progress.warn(`${why}: the copy is made in the embedded PostgreSQL.`);
  const embedded = await openShadow({ ...request, server: null });
  return embedded.kind === "failed" ? embedded : ok({ shadow: embedded.value, copy: "an embedded copy" });
}

async function compareCopy(shadow: Shadow, { runnable, target, options }: ApplyRequest): Promise<readonly string[]> {
  const scope = scopeOf(runnable.plan, options.drift.schemas);
  const reading = { excludeFromReads: scope.excluded, within: new Set(scope.schemas) };
  const expected = await readWholeCatalog(shadow.session, reading);
  const found = await readWholeCatalog(target.session, reading);
  const shadowUser = await sessionUser(shadow.session);
  return findDrift({ expected, found, shadowUser, ignore: ignoredPatterns(options.drift) }).drift.map(({ text }) => text);
}

function asTarget(shadow: Shadow, target: TargetDatabase): TargetDatabase {
  return {
    ...target,
    session: shadow.session,
    access: "read-write",
    encoding: "UTF8",
    standby: false,
    withPool: shadow.withPool,
    openBeside: () => Promise.resolve(null),
    cancel: () => Promise.resolve(),
    close: () => shadow.close(),
  };
}

/** A server is shared: what reaches beyond the database is not run on a copy there. */
function withoutClusterWide(runnable: RunnablePlan, warn: (message: string) => void): RunnablePlan {
  const migrations = runnable.migrations.map((migration) => {
    const units = migration.up.units.map((unit) => ({
      ...unit,
      statements: unit.statements.filter(({ parsed }) => !parsed.changes.some(({ details }) => details.clusterWide === true)),
    }));
    const left = migration.up.statements.length - units.reduce((sum, unit) => sum + unit.statements.length, 0);
    if (left > 0)
      warn(
        `${migration.plan.id}: ${left} statements reach beyond the database and are not run on the copy; --shadow-disposable runs them.`,
      );
    return { ...migration, up: { ...migration.up, units: units.filter(({ statements }) => statements.length > 0) } };
  });
  return { ...runnable, migrations, schema: null };
}
