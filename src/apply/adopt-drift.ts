import type { AdoptedDrift } from "../model/drift.ts";
import { ok, type Result } from "../model/failure.ts";
import { adoptedId } from "../decisions/adopted.ts";
import { withExamined } from "./apply-plan.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { decisionOn } from "./drift-decisions.ts";
import { findDriftStatements } from "./drift-statements.ts";

/**
 * What the differences that people decided to adopt are as a migration, with SQL that was seen to make and to undo them; `null` where nothing differs that is to be
 * adopted, or something else is not decided. Only reads the target. Fails (exit 4) where no SQL is proven.
 */
export async function proposeAdoption(request: ApplyRequest): Promise<Result<AdoptedDrift | null>> {
  const { options, runnable, surroundings } = request;
  const decisions = options.drift.decisions ?? [];
  return withExamined(request, async (examined) => {
    const decided = examined.assessment.drift.map((drift) => ({ drift, decision: decisionOn(drift, decisions) }));
    const adopted = decided.flatMap(({ drift, decision }) => (decision?.choice === "adopt" ? [{ drift, decision }] : []));
    const [first] = adopted;
    if (first === undefined || decided.some(({ decision }) => decision === undefined)) return ok(null);
    surroundings.progress.begin("proving the differences as a migration", null);
    const found = await findDriftStatements(
      request,
      examined,
      adopted.map(({ drift }) => drift),
    );
    if (found.kind === "failed") return found;
    const sql = script(found.value.make);
    return ok({
      id: adoptedId(
        adopted.map(({ drift }) => drift.identity),
        sql,
      ),
      after: runnable.plan.order.at(-1) ?? null,
      differences: adopted.map(({ drift }) => drift.text),
      sql,
      rollback: script(found.value.undo),
      reason: [...new Set(adopted.map(({ decision }) => decision.reason))].join("; "),
      by: [...new Set(adopted.map(({ decision }) => decision.by))].join(", "),
      at: surroundings.clock(),
    });
  });
}

function script(statements: readonly string[]): string {
  return statements.map((sql) => `${sql.replace(/;\s*$/, "")};\n`).join("");
}
