import { parseJson } from "../model/parse-json.ts";
import { readFile } from "node:fs/promises";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { contentIdOf, decisionsIdOf } from "./content-id.ts";
import { planSchema } from "./plan-schema.ts";

const newestFormat = 1;

/**
 * Reads a plan and checks that it is whole: JSON, a format that this program knows, every key, and content that matches its
 * own hashes. Anything else is a failure that says which of these it was; an edited plan is refused for safety (exit code 4).
 */
export async function readPlan(file: string): Promise<Result<Plan>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== "string") {
    return failed(
      refusal(file, {
        code: "plan-unreadable",
        message: `Cannot read the plan: ${text.code ?? text.message}.`,
        hint: "Give the path of a migration_plan_*.json.",
      }),
    );
  }
  const json = parseJson(text);
  if (json === undefined) {
    return failed(
      refusal(file, {
        code: "plan-invalid",
        message: "The plan is not valid JSON: it was cut short or edited.",
        hint: "Move the file away and run `pggit migrate` to write a new one.",
      }),
    );
  }
  const format = typeof json === "object" && json !== null && "formatVersion" in json ? json.formatVersion : undefined;
  if (typeof format === "number" && format > newestFormat) {
    return failed(
      refusal(file, {
        code: "plan-format-newer",
        message: `The plan has format version ${format}; this pggit reads up to ${newestFormat}.`,
        hint: "Use the pggit that wrote it, or a newer one.",
      }),
    );
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    return failed(
      ...parsed.error.issues.slice(0, 20).map((issue) =>
        refusal(file, {
          code: "plan-invalid",
          message: `${issue.path.join(".") || "The plan"}: ${issue.message}`,
          hint: "Move the file away and run `pggit migrate` to write a new one.",
        }),
      ),
    );
  }
  // The schema checks the shape; the enumerations inside are checked against the hashes just below.
  const plan = parsed.data as unknown as Plan;
  if (contentIdOf(plan) !== plan.contentId || decisionsIdOf(plan) !== plan.decisionsId) {
    return failed({
      ...refusal(file, {
        code: "plan-edited",
        message: "The plan was changed after it was written: its content does not match its contentId.",
        hint: "Move the file away and run `pggit migrate` again; decisions belong into decisions.yaml.",
      }),
      exitCode: 4,
    });
  }
  return ok(plan);
}

function refusal(file: string, problem: { readonly code: string; readonly message: string; readonly hint: string }): Failure {
  return { kind: "failure", ...problem, location: file, exitCode: 2 };
}
