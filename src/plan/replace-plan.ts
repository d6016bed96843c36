import writeFileAtomic from "write-file-atomic";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { canonicalJson } from "./canonical-json.ts";
import { readPlan } from "./read-plan.ts";

/** Writes a plan in the place of another, whole or not at all. Fails (exit 6) where the file is not the one that was read any more. `file` is absolute. */
export async function replacePlan(file: string, { was, plan }: { readonly was: Plan; readonly plan: Plan }): Promise<Result<null>> {
  const now = await readPlan(file);
  if (now.kind === "failed") return now;
  if (!isSamePlan(now.value, was)) return failed(planChanged(file));
  await writeFileAtomic(file, canonicalJson(plan));
  return ok(null);
}

/** Whether two readings of a plan are of the same content, decisions and approvals. */
export function isSamePlan(left: Plan, right: Plan): boolean {
  const same = left.contentId === right.contentId && left.decisionsId === right.decisionsId;
  return same && JSON.stringify(left.approvals) === JSON.stringify(right.approvals);
}

/** The plan is another than the one that was read. */
export function planChanged(file: string): Failure {
  return {
    kind: "failure",
    code: "plan-changed",
    message: "The plan was written by somebody else while this ran; nothing was written.",
    location: file,
    hint: "Look at it, then run the same command again.",
    exitCode: 6,
  };
}
