import type { Analysis } from "./analysis/analyse.ts";
import { contentOf } from "./decisions/content.ts";
import type { OfferedSql } from "./decisions/program-suggestion.ts";
import type { DecisionFill } from "./decisions/decision-file.ts";
import { fillsOf, takeDecisions, unmatchedDecisions, type Settled, type Taken } from "./decisions/take-decisions.ts";
import { ok, type Result } from "./model/failure.ts";
import type { Stage } from "./run.ts";

/** The questions of a replay with what people decided on them. */
interface SettledQuestions extends Taken {
  /** Whether a decision changes the history that was replayed, so that it has to run again. */
  readonly revises: boolean;
  readonly fills: ReadonlyMap<number, DecisionFill>;
}

/** Takes the decisions at hand on what a replay raised; those that match nothing are told once the history stands as it was decided. */
export function settleDecisions(
  { asRead, settled: earlier, run }: Pick<Stage, "asRead" | "settled" | "run">,
  { edgeCases, dependencies }: Analysis,
): Result<SettledQuestions> {
  const { decisions } = run;
  if (decisions === undefined) return ok({ edgeCases, settled: [], revises: false, fills: new Map() });
  const { file, now, offered = new Map<string, OfferedSql>() } = decisions;
  const taken = takeDecisions(edgeCases, { file, history: asRead, dependencies, earlier, now, offered });
  if (taken.kind === "failed") return taken;
  const { settled } = taken.value;
  const revises = changing(settled) > changing(earlier);
  // The history runs again, and its questions with it.
  if (revises) return ok({ ...taken.value, revises, fills: new Map() });
  for (const note of unmatchedDecisions(file, settled, taken.value.edgeCases)) run.progress.warn(note);
  const bound = taken.value.edgeCases.map((edgeCase) => ({ ...edgeCase, content: contentOf(edgeCase, asRead) }));
  return ok({ ...taken.value, edgeCases: bound, revises, fills: fillsOf(settled, { history: asRead, now }) });
}

function changing(settled: readonly Settled[]): number {
  return settled.filter(({ effect }) => effect.kind !== "as-it-stands").length;
}
