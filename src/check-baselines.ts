import { checkBaseline } from "./baseline/check-baseline.ts";
import type { EdgeCaseDraft } from "./model/edge-case.ts";
import { ok, type Result } from "./model/failure.ts";
import type { Finding } from "./model/history.ts";
import { openPrepared } from "./open-prepared.ts";
import type { Proven } from "./prove-history.ts";
import { bookkeepingTables } from "./prove-stretch.ts";
import type { Stage } from "./run.ts";

/** Compares each baseline that stands beside its migrations with what these gave, on a shadow of its own. */
export async function checkBaselines(
  stage: Stage,
  { replays, checkpoints }: Proven,
): Promise<Result<{ readonly findings: readonly Finding[]; readonly questions: readonly EdgeCaseDraft[] }>> {
  const findings: Finding[] = [];
  const questions: EdgeCaseDraft[] = [];
  for (const baseline of stage.history.baselines) {
    const links = replays.findIndex(({ migration }) => migration.id === baseline.through) + 1;
    const expected = checkpoints.find((checkpoint) => checkpoint.links === links);
    if (expected === undefined) continue;
    const opened = await openPrepared(stage, replays);
    if (opened.kind === "failed") return opened;
    const shadow = opened.value;
    try {
      const context = {
        history: stage.history,
        shadow,
        excludeFromReads: bookkeepingTables(stage.history),
        clock: () => stage.run.now() * 1000,
      };
      const verdict = await checkBaseline(baseline, expected, context);
      if (verdict.kind === "equal") findings.push(verdict.finding);
      else questions.push(verdict.question);
    } finally {
      await shadow.close();
    }
  }
  return ok({ findings, questions });
}
