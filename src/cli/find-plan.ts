import { join } from "node:path";
import { failed, ok, type Result } from "../model/failure.ts";
import { listPlans } from "../plan/write-plan.ts";

/** The plan that was named, else the newest of the output folder (`--out`, `PGGIT_OUT`, `pggit`). As the user would type it. */
export async function findPlan(flags: { readonly plan?: string; readonly out?: string }): Promise<Result<string>> {
  if (flags.plan !== undefined) return ok(flags.plan);
  const folder = flags.out ?? process.env["PGGIT_OUT"] ?? "pggit";
  const newest = (await listPlans(folder)).at(-1);
  if (newest !== undefined) return ok(join(folder, newest));
  return failed({
    kind: "failure",
    code: "no-plan",
    message: `There is no plan in ${folder}/.`,
    location: folder,
    hint: "Give one, or run `pggit migrate` first.",
    exitCode: 2,
  });
}
