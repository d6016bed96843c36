import { proposeAdoption } from "../apply/adopt-drift.ts";
import { addAdoption, parseDecisions, type DecisionFile } from "../decisions/decision-file.ts";
import type { AdoptedDrift } from "../model/drift.ts";
import { ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { withDatabase, type DatabaseStep } from "./database-step.ts";

/** A difference that is to become a migration, and the decisions with it in them. */
export interface Adoption {
  readonly adopted: AdoptedDrift;
  readonly decisions: DecisionFile;
}

/**
 * Looks whether the database differs in what people decided to adopt, and gives the decisions that make a migration of it; `null` where there is nothing to adopt, on a
 * dry run and on a copy. Writes nothing.
 */
export async function findAdoption(step: DatabaseStep, decisions: DecisionFile): Promise<Result<Adoption | null>> {
  const { flags } = step;
  const wanted = decisions.drift.some(({ choice }) => choice === "adopt");
  if (!wanted || flags.dryRun === true || flags.shadowMode === true) return ok(null);
  const proposed = await withDatabase({ ...step, access: "read-only" }, proposeAdoption);
  if (proposed.kind === "failed" || proposed.value === null) return proposed.kind === "failed" ? proposed : ok(null);
  const adopted = proposed.value;
  const parsed = parseDecisions(addAdoption(decisions, adopted), decisions.path);
  return parsed.kind === "failed" ? parsed : ok({ adopted, decisions: parsed.value });
}

/** Why a difference cannot be adopted although it was proven where it was found: at the head of the history it does not run, or has no way back. `null` where it can. */
export function refuseAdoption({ id, differences }: AdoptedDrift, { migrations }: Pick<Plan, "migrations">): Failure | null {
  const migration = migrations.find((one) => one.id === id);
  const broken = migration?.up.find(({ outcome }) => outcome !== "done")?.outcome;
  const unproven = migration?.rollback.status.startsWith("proven") === true ? null : `its way back is ${migration?.rollback.status}`;
  const why = broken ?? unproven;
  if (why === null) return null;
  return {
    kind: "failure",
    code: "adoption-unproven",
    message: `At the head of the history the difference (${differences.join("; ")}) does not hold as a migration: ${why}.`,
    location: id,
    hint: "Nothing was adopted. Write it as a migration of your project, undo it (revert), or ignore it in decisions.yaml.",
    exitCode: 4,
  };
}
