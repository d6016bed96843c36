import { listNames } from "../model/list-names.ts";
import { withExamined } from "../apply/apply-plan.ts";
import type { Assessment } from "../apply/assess.ts";
import { ok, type ExitCode } from "../model/failure.ts";
import { readPlan } from "../plan/read-plan.ts";
import { readBackups, type RecordedBackup } from "../store/backups.ts";
import type { RecordedRun } from "../store/read-record.ts";
import type { TargetFlags } from "./apply-flags.ts";
import { sayState } from "./apply-report.ts";
import { sayBackup } from "./backup.ts";
import { runCommand } from "./command.ts";
import { withDatabase } from "./database-step.ts";
import { findPlan, findPlanOrRecord } from "./find-plan.ts";
import { alignColumns } from "./terminal.ts";

/** What `status --json` prints; see docs/cli.md. */
interface Status {
  readonly state: Assessment["state"] | null;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly drift: readonly string[];
  readonly branch: string;
  readonly lastRun: RecordedRun | null;
  readonly backups: readonly RecordedBackup[];
  readonly said: string;
}

/** `pggit status`: where a database stands in the newest plan here; without a database what the plan holds. Writes nothing. */
export async function runStatus(flags: TargetFlags & { readonly plan?: string }): Promise<ExitCode> {
  const { result, run } = await runCommand<Status>(flags, async ({ progress, signal }) => {
    if (flags.database === undefined) {
      const plan = await findPlan(flags);
      if (plan.kind === "failed") return plan;
      const read = await readPlan(plan.value);
      if (read.kind === "failed") return read;
      const { order } = read.value;
      return ok({
        state: null,
        applied: [],
        pending: order,
        drift: [],
        branch: "main",
        lastRun: null,
        backups: [],
        said: `no database named; the plan has ${order.length} migrations`,
      });
    }
    const plan = await findPlanOrRecord(flags);
    if (plan.kind === "failed") return plan;
    const options = { ...flags, dryRun: true };
    return withDatabase({ plan: plan.value, flags: options, project: ".", replays: [], progress, signal, access: "read-only" }, (request) =>
      withExamined(request, async ({ assessment, record, store }) => {
        const { state, applied, pending, drift } = assessment;
        const said = sayState(assessment, request.runnable.plan.order.length);
        const backups = (await readBackups(request.target.session, store)).filter(({ there }) => there);
        const { branch, lastRun } = record;
        return ok({ state, applied, pending, drift: drift.map(({ text }) => text), branch, lastRun, backups, said });
      }),
    );
  });
  if (result.kind === "failed") return run.fail(result.failures);
  const { said: _said, backups, ...status } = result.value;
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify({ ...status, ...(backups.length === 0 ? {} : { backups }) }, null, 2)}\n`);
  else if (flags.quiet !== true) process.stdout.write(render(result.value));
  return 0;
}

const shownPending = 10;

function render({ pending, drift, branch, lastRun, backups, said }: Status): string {
  const rows: string[][] = [
    ["State", said],
    ["Branch", branch],
    ["Pending", pending.length === 0 ? "none" : listNames(pending, shownPending)],
    ...drift.map((text, index) => [index === 0 ? "Drift" : "", text]),
    ...backups.map((backup, index) => [index === 0 ? "Backups" : "", sayBackup(backup)]),
    [
      "Last run",
      lastRun === null
        ? "none"
        : `${lastRun.kind} by ${lastRun.role} from ${lastRun.host} at ${lastRun.startedAt}: ${lastRun.status}${lastRun.stoppedAt === null ? "" : ` at ${lastRun.stoppedAt}`}`,
    ],
  ];
  return `${alignColumns(rows).join("\n")}\n`;
}
