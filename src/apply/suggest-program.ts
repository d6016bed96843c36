import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import { ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { withExamined } from "./apply-plan.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { findDrift } from "./drift.ts";
import { ignoredPatterns } from "./drift-decisions.ts";
import { findDriftStatements } from "./drift-statements.ts";
import type { Examined } from "./examined.ts";
import { createExpectations } from "./expectations.ts";
import { readScript } from "./read-script.ts";

/** SQL that stands for a program: what a database has that the replay without the program does not give. */
export interface ProgramSuggestion {
  /** The question about the program. */
  readonly edgeCase: EdgeCase;
  /** Empty where the catalogs are equal: the program changed rows alone, or nothing. */
  readonly sql: string;
}

/** The one question about a program that nobody has decided on; `null` where there is none, or several, whose effects a difference cannot tell apart. */
export function openProgram({ edgeCases, migrations }: Pick<Plan, "edgeCases" | "migrations">): EdgeCase | null {
  const open = edgeCases.filter(({ kind, decision, migration }) => kind === "custom-code" && decision === null && migration !== null);
  // What failed in the replay may be missing for the same reason, and would be counted among what the program did.
  const broken = migrations.some(({ up }) => up.some(({ outcome }) => outcome.startsWith("failed")));
  return open.length === 1 && !broken ? (open[0] ?? null) : null;
}

/**
 * What a program did to a database in which the source tool ran it, as SQL that was seen to do it and to be undone where the target stands, and to give the target when
 * it is run in the program's place. `null` where it was not run there, or nothing was proven. Only reads the target.
 */
export async function suggestForProgram(request: ApplyRequest): Promise<Result<ProgramSuggestion | null>> {
  const edgeCase = openProgram(request.runnable.plan);
  if (edgeCase === null) return ok(null);
  return withExamined(request, async (examined) => {
    const { assessment } = examined;
    const { applied, basis, drift } = assessment;
    if (basis !== "history-table" || !applied.includes(edgeCase.migration ?? "")) return ok(null);
    if (drift.length === 0) return ok({ edgeCase, sql: "" });
    const found = await findDriftStatements(request, examined, drift);
    // That nothing is proven is no failure: the question stays as it is.
    if (found.kind === "failed") return ok(null);
    const sql = found.value.make.map((statement) => `${statement.replace(/;\s*$/, "")};`).join("\n");
    return ok((await holdsInPlace(request, examined, { edgeCase, sql })) ? { edgeCase, sql } : null);
  });
}

/** Whether the history with the SQL in the program's place gives the target. */
async function holdsInPlace(
  { runnable, target, options, surroundings }: ApplyRequest,
  { assessment, scope }: Examined,
  { edgeCase, sql }: ProgramSuggestion,
): Promise<boolean> {
  const up = readScript(sql, { secrets: {}, together: "file" });
  const migrations = runnable.migrations.map((one) => (one.plan.id === edgeCase.migration ? { ...one, up } : one));
  const expectations = createExpectations({ runnable: { ...runnable, migrations }, scope, openShadow: surroundings.openShadow });
  try {
    const expected = await expectations.at({ applied: assessment.applied, begun: null });
    if (expected.kind === "failed") return false;
    const found = await readWholeCatalog(target.session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
    const shadowUser = expectations.user();
    return findDrift({ expected: expected.value, found, shadowUser, ignore: ignoredPatterns(options.drift) }).drift.length === 0;
  } finally {
    await expectations.close();
  }
}
