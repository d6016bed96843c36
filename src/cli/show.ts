import { failed, inputFailure, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { broughtBy, changeStatements, makeStatements } from "../timeline/definitions.ts";
import { findObject, standingAs, type Mentioned } from "../timeline/objects.ts";
import { findPoint, sayPoint, type Point } from "../timeline/points.ts";
import { readStates, type RehearsalRequest } from "../timeline/rehearsal.ts";
import { runWithPlan, type PlanRun, type Shown } from "./plan-command.ts";
import { rehearsing, type RehearsalFlags } from "./rehearsal-command.ts";
import { showMigration } from "./show-migration.ts";

export interface ShowFlags extends RehearsalFlags {
  readonly at?: string;
}

/** `pggit show [ID] [--at REF]`: a migration with all that is known of it; an object, or with `--at` alone the whole schema, as the SQL that makes it at that point. */
export async function runShow(name: string | undefined, flags: ShowFlags): Promise<ExitCode> {
  return runWithPlan(flags, async (run) => {
    const { plan } = run;
    const migration = plan.migrations.find(({ id }) => id === name);
    if (migration !== undefined && flags.at === undefined) return ok(showMigration(plan, migration));
    const object = name === undefined ? null : findObject(plan, name);
    if (object?.kind === "failed") return flags.at === undefined ? showPoint(name ?? "", { run, failures: object.failures }) : object;
    if (object === null && flags.at === undefined) return failed(nothingNamed);
    const point = findPoint(plan, flags.at ?? "HEAD");
    if (point.kind === "failed") return point;
    return rehearsing(flags, run, (request) => {
      run.progress.begin("running the history on a shadow", null);
      return showState(request, { point: point.value, object: object?.value ?? null });
    });
  });
}

/** A version or a date means the migration that stands there. */
function showPoint(name: string, { run, failures }: { readonly run: PlanRun; readonly failures: readonly Failure[] }): Result<Shown> {
  const point = findPoint(run.plan, name);
  const migration = point.kind === "failed" ? undefined : run.plan.migrations.find(({ id }) => id === point.value.migration);
  if (migration !== undefined) return ok(showMigration(run.plan, migration));
  return failed(
    inputFailure("unknown-id", `The history has no migration, object, version or date ${name}.`, {
      location: name,
      hint:
        failures[0]?.code === "ambiguous-object" ? failures[0].hint : "`pggit log` lists the migrations, `pggit inventory` the objects.",
    }),
  );
}

interface Wanted {
  readonly point: Point;
  /** `null` for the whole schema. */
  readonly object: Mentioned | null;
}

async function showState(request: RehearsalRequest, { point, object }: Wanted): Promise<Result<Shown>> {
  const read = await readStates(request, [0, point.count]);
  if (read.kind === "failed") return read;
  const { states, terms } = read.value;
  const [empty = new Map(), state = empty] = states;
  const chosen = object === null ? broughtBy(state, empty) : standingAs(state, object, request.runnable.plan.order.slice(0, point.count));
  if (object !== null && chosen.size === 0) return failed(notThere(object, point));
  const sql = object === null ? changeStatements({ from: empty, to: state }, terms) : makeStatements(chosen, terms);
  const head =
    object === null ? [`-- The schema at ${sayPoint(point)}, without rows.`] : [`-- ${object.object.identity} at ${sayPoint(point)}.`];
  return ok({
    json: { at: point, objects: [...chosen.values()].map(({ kind, identity }) => ({ kind, identity })), sql },
    text: () => `${[...head, ...sql.map((statement) => `\n${statement};`)].join("\n")}\n`,
  });
}

/** The object does not stand at that point. */
export function notThere({ object }: Mentioned, point: Point): Failure {
  return inputFailure("not-there", `${object.identity} does not stand at ${sayPoint(point)}.`, {
    location: object.identity,
    hint: `It was changed by ${object.history
      .map(({ migration }) => migration)
      .slice(0, 5)
      .join(", ")}: give one of them with --at.`,
  });
}

const nothingNamed = inputFailure("wrong-use", "Nothing was named.", {
  location: null,
  hint: "Give a migration or an object, or the whole schema at a point with --at.",
});
