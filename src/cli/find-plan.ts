import { join } from "node:path";
import { readOutputFolder } from "../configuration/target-settings.ts";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import { listPlans } from "../plan/write-plan.ts";

interface PlanFlags {
  readonly plan?: string;
  readonly out?: string;
  readonly config?: string;
}

/** The plan that was named, else the newest of the output folder (`--out`, `PGGIT_OUT`, `out` of `pggit.yaml`, `pggit`). As the user would type it. */
export async function findPlan(flags: PlanFlags): Promise<Result<string>> {
  if (flags.plan !== undefined) return ok(flags.plan);
  const out = await readOutputFolder(flags, { cwd: process.cwd(), env: process.env });
  if (out.kind === "failed") return out;
  const folder = out.value;
  const newest = (await listPlans(folder)).at(-1);
  if (newest !== undefined) return ok(join(folder, newest));
  return failed(
    inputFailure("no-plan", `There is no plan in ${folder}/.`, {
      location: folder,
      hint: "Give one, or run `pggit migrate` first.",
    }),
  );
}

/** As `findPlan`; `null` where none is at hand and a database is named, whose record keeps one. */
export async function findPlanOrRecord(flags: PlanFlags & { readonly database?: string }): Promise<Result<string | null>> {
  const found = await findPlan(flags);
  const absent = found.kind === "failed" && flags.plan === undefined && found.failures.every(({ code }) => code === "no-plan");
  return absent && flags.database !== undefined ? ok(null) : found;
}
