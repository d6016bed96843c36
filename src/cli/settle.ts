import type { AgainFlags } from "../configuration/plan-request.ts";
import { parseDecisions } from "../decisions/decision-file.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import { verdictsOf, type Verdict } from "../review/verdict.ts";
import type { Progress } from "../run.ts";
import { reconvert, writeReconverted, type OpenedPlan } from "./reconvert.ts";

/** What the text of a `decisions.yaml` is settled with. */
export interface Settling {
  /** It need not be on the disk yet. */
  readonly text: string;
  /** What it decides anew, for what is told about it. */
  readonly decided: readonly Pick<EdgeCase, "id" | "migration">[];
  readonly flags: AgainFlags;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface SettledPlan {
  readonly opened: OpenedPlan;
  readonly verdicts: readonly Verdict[];
}

/** Runs the history as decisions have it; what holds is written: decisions, plan and files. What does not hold leaves everything as it was. */
export async function settle(opened: OpenedPlan, { text, decided, ...run }: Settling): Promise<Result<SettledPlan>> {
  const parsed = parseDecisions(text, opened.decisions.path);
  if (parsed.kind === "failed") return parsed;
  const taken = parsed.value;
  const again = await reconvert(opened, { ...run, decisions: taken });
  if (again.kind === "failed") {
    const lines = new Map(taken.decisions.filter(({ id }) => decided.some((one) => one.id === id)).map(({ id, line }) => [line, id]));
    return failed(...again.failures.map((failure) => aboutTheQuestion(failure, lines)));
  }
  const written = await writeReconverted(opened, { ...again.value, decisionsText: again.value.decisionsText ?? text });
  if (written.kind === "failed") return written;
  return ok({ opened: written.value, verdicts: verdictsOf(opened.plan, again.value.plan, decided) });
}

/** The line of a text that was not written helps nobody: the edge case does. */
function aboutTheQuestion(failure: Failure, lines: ReadonlyMap<number, string>): Failure {
  const { location, code } = failure;
  if (code !== "invalid-decision" || location === null || typeof location === "string") return failure;
  const id = lines.get(location.line);
  return id === undefined ? failure : { ...failure, location: id };
}
