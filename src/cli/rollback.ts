import { rollbackTo, type Destination, type RollbackOutcome } from "../apply/rollback.ts";
import { failed, type ExitCode } from "../model/failure.ts";
import type { TargetFlags } from "./apply-flags.ts";
import { runCommand } from "./command.ts";
import { withDatabase } from "./database-step.ts";
import { findPlanOrRecord } from "./find-plan.ts";
import { failuresAsJson, renderFailures } from "./print-failures.ts";
import { alignColumns, counted, duration } from "./terminal.ts";

/** Flags of `rollback`. */
export interface RollbackFlags extends TargetFlags {
  readonly to?: string;
  readonly toOriginalState?: boolean;
  readonly plan?: string;
  readonly out?: string;
}

/** `pggit rollback`: takes migrations back by their proven ways. Gives the exit code. */
export async function runRollback(given: RollbackFlags): Promise<ExitCode> {
  const database = given.database ?? process.env["PGDATABASE"];
  const flags = database === undefined ? given : { ...given, database };
  const { result, run } = await runCommand(flags, async ({ progress, signal }) => {
    const destination = destinationOf(flags);
    if (destination === null) return failed(oneDestination);
    const plan = await findPlanOrRecord(flags);
    if (plan.kind === "failed") return plan;
    const access = flags.dryRun === true ? ("read-only" as const) : ("read-write" as const);
    return withDatabase({ plan: plan.value, flags, project: ".", replays: [], progress, signal, access }, (request) =>
      rollbackTo(request, destination),
    );
  });
  if (result.kind === "failed") return run.fail(result.failures);
  const { failure } = result.value;
  if (flags.json === true) {
    const error = failure === null ? {} : (JSON.parse(failuresAsJson([failure])) as object);
    process.stdout.write(`${JSON.stringify({ ...summarise(result.value), ...error }, null, 2)}\n`);
  } else {
    if (flags.quiet !== true) process.stdout.write(render(result.value, flags));
    if (failure !== null) process.stderr.write(renderFailures([failure], run.style, process.stderr.columns));
  }
  return failure?.exitCode ?? 0;
}

function destinationOf({ to, toOriginalState }: RollbackFlags): Destination | null {
  if (to !== undefined && toOriginalState === true) return null;
  if (to !== undefined) return { kind: "migration", id: to };
  return toOriginalState === true ? { kind: "original-state" } : null;
}

const oneDestination = {
  kind: "failure",
  code: "wrong-use",
  message: "A rollback needs one destination.",
  location: "--to",
  hint: "Give --to MIGRATION (which stays) or --to-original-state.",
  exitCode: 2,
} as const;

function summarise(outcome: RollbackOutcome): object {
  const { before, after, executed, stamped, stoppedAt, forgotten } = outcome;
  return {
    state: { before: before.at(-1) ?? "empty", after: after.at(-1) ?? "empty" },
    recorded: after.length,
    executed,
    stamped,
    stoppedAt,
    forgotten,
  };
}

function render({ before, after, executed, forgotten, stoppedAt }: RollbackOutcome, { dryRun }: RollbackFlags): string {
  const rows: string[][] = [
    ["Before", before.length === 0 ? "nothing recorded" : `${before.length} migrations, the last ${before.at(-1)}`],
  ];
  const seconds = executed.reduce((sum, one) => sum + one.seconds, 0);
  if (dryRun === true) rows.push(["Dry run", `would take back ${counted(before.length - after.length, "migration")}; nothing was written`]);
  if (executed.length > 0) rows.push(["Taken back", `${executed.map(({ id }) => id).join(", ")} in ${duration(seconds)}`]);
  if (forgotten > 0) rows.push(["Record", `removed, with ${counted(forgotten, "migration")} in it`]);
  if (stoppedAt !== null) rows.push(["Stopped", `at ${stoppedAt}`]);
  if (dryRun !== true)
    rows.push(["Now", after.length === 0 ? "the original state" : `${after.length} migrations, the last ${after.at(-1)}`]);
  return `${alignColumns(rows).join("\n")}\n`;
}
