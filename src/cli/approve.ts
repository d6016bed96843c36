import { resolve } from "node:path";
import { decisionsAhead } from "../decisions/ahead.ts";
import { failed, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { approvePlan, standingApprovals } from "../plan/approvals.ts";
import { replacePlan } from "../plan/replace-plan.ts";
import { runCommand } from "./command.ts";
import { openPlan, type OpenedPlan } from "./reconvert.ts";
import { alignColumns } from "./terminal.ts";
import { whileInUse } from "./while-in-use.ts";

/** Flags of `approve`. */
export interface ApproveFlags {
  readonly as: string;
  readonly role?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** `pggit approve`: enters an approval of the plan as it stands. Gives the exit code: 3 while questions are open. */
export async function runApprove(file: string, flags: ApproveFlags): Promise<ExitCode> {
  const { result, run } = await runCommand(flags, () => approve(file, flags));
  if (result.kind === "failed") return run.fail(result.failures);
  const plan = result.value;
  const open = plan.edgeCases.filter(({ decision }) => decision === null).length;
  const standing = standingApprovals(plan);
  if (flags.json === true) {
    const { contentId, decisionsId } = plan;
    process.stdout.write(`${JSON.stringify({ plan: file, approvals: standing, contentId, decisionsId, edgeCases: { open } }, null, 2)}\n`);
  } else if (flags.quiet !== true) {
    process.stdout.write(render(plan, file, open));
  }
  return open > 0 ? 3 : 0;
}

async function approve(file: string, { as, role }: ApproveFlags): Promise<Result<Plan>> {
  const opened = await openPlan(file);
  if (opened.kind === "failed") return opened;
  const { folder, plan } = opened.value;
  const behind = unproven(opened.value);
  if (behind !== null) return failed(behind);
  return whileInUse(folder, { command: "approve", by: as }, async () => {
    const approved = approvePlan(plan, { as, role: role ?? null, at: new Date().toISOString() });
    const written = await replacePlan(resolve(file), { was: plan, plan: approved });
    return written.kind === "failed" ? written : ok(approved);
  });
}

function unproven({ plan, decisions, file }: OpenedPlan): Failure | null {
  const ahead = decisionsAhead(plan.edgeCases, decisions);
  if (ahead.length === 0) return null;
  return {
    kind: "failure",
    code: "decisions-unproven",
    message: `The plan does not have what was decided since it was written: ${ahead.map(({ id, choice }) => `${id} ${choice}`).join(", ")}.`,
    location: file,
    hint: "Run `pggit migrate` again, which proves it, and approve the plan that it writes.",
    exitCode: 4,
  };
}

function render(plan: Plan, file: string, open: number): string {
  const standing = standingApprovals(plan);
  const rows = [
    ["Plan", file],
    ["Content", plan.contentId],
    ["Decisions", `${plan.decisionsId}${open === 0 ? "" : `, ${open} open: deciding one makes this approval void`}`],
    ...standing.map(({ as, role, at }, index) => [index === 0 ? "Approved" : "", `by ${as}${role === null ? "" : ` (${role})`} at ${at}`]),
  ];
  return `${alignColumns(rows).join("\n")}\n`;
}
