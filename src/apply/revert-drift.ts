import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { DriftEntry } from "../store/drift.ts";
import type { ApplyRequest } from "./apply-types.ts";
import type { Drift } from "./drift.ts";
import { decisionOn, entryOf } from "./drift-decisions.ts";
import { findDriftStatements, lossesOfUndoing } from "./drift-statements.ts";
import type { Examined } from "./examined.ts";
import { driftRefusal, requireYes } from "./refusals.ts";
import { openWriting } from "./writing.ts";

/**
 * Undoes the differences of a target that people decided to undo: with proven SQL, in one transaction with its record, after asking. Fails where a difference is
 * not decided, where nothing was proven, and on a dry run, which only says what it would do.
 */
export async function revertDrift(request: ApplyRequest, examined: Examined): Promise<Result<readonly DriftEntry[]>> {
  const { options, surroundings, target } = request;
  const { assessment } = examined;
  const decisions = options.drift.decisions ?? [];
  const undecided = assessment.drift.filter((drift) => decisionOn(drift, decisions)?.choice !== "revert");
  const adopting = undecided.filter((drift) => decisionOn(drift, decisions)?.choice === "adopt");
  if (options.dryRun && adopting.length > 0 && adopting.length === undecided.length) return wouldAdopt(request, examined, adopting);
  if (undecided.length > 0) return failed(refusal(request, examined, undecided));
  surroundings.progress.begin("proving how to undo the differences", null);
  const found = await findDriftStatements(request, examined, assessment.drift);
  if (found.kind === "failed") return found;
  const { undo } = found.value;
  const losses = await lossesOfUndoing(target.session, assessment.drift);
  if (options.dryRun) return failed(wouldRevert(assessment.drift, { undo, losses }));
  if (options.recordOnly) return failed(refusal(request, examined, assessment.drift));
  const gone = losses.length === 0 ? "" : ` ${losses.join(", ")} are lost.`;
  const question = `Undo ${assessment.drift.map(({ text }) => text).join("; ")} in ${target.description}, with ${undo.join("; ")}?${gone}`;
  const answer = options.confirmation === "never" ? null : await requireYes(surroundings.ask, question);
  if (answer !== null) return failed(answer);
  const opened = await openWriting(request, examined, { kind: "apply", ids: [] });
  if (opened.kind === "failed") return opened;
  const entries = assessment.drift.flatMap((drift) => {
    const decision = decisionOn(drift, decisions);
    return decision === undefined ? [] : [entryOf(drift, decision, { choice: "revert", statements: undo })];
  });
  const failure = await opened.value.undo(undo, entries);
  await opened.value.end({ failure, stoppedAt: null });
  return failure === null ? ok(entries) : failed(failure);
}

function refusal({ options }: ApplyRequest, { assessment }: Examined, drift: readonly Drift[]): Failure {
  const adopted = drift.filter((one) => decisionOn(one, options.drift.decisions ?? [])?.choice === "adopt");
  const refused = driftRefusal({ ...assessment, drift });
  const hint = adopted.length < drift.length ? {} : { hint: adoptionHint };
  return { ...refused, ...hint, exitCode: options.dryRun ? 3 : 4 };
}

const adoptionHint =
  "It was decided to adopt this: run `pggit migrate --database …` without --dry-run, which writes the difference as a migration of the plan.";

async function wouldAdopt(request: ApplyRequest, examined: Examined, drift: readonly Drift[]): Promise<Result<never>> {
  const found = await findDriftStatements(request, examined, drift);
  if (found.kind === "failed") return found;
  const { make, undo } = found.value;
  return failed({
    kind: "failure",
    code: "drift",
    message: `Would become a migration, as was decided: ${drift.map(({ text }) => text).join("; ")}; with ${make.join("; ")}. Its way back: ${undo.join("; ")}.`,
    location: drift[0]?.identity ?? null,
    hint: adoptionHint,
    exitCode: 3,
  });
}

function wouldRevert(
  drift: readonly Drift[],
  { undo, losses }: { readonly undo: readonly string[]; readonly losses: readonly string[] },
): Failure {
  const gone = losses.length === 0 ? "" : ` Lost would be ${losses.join(", ")}.`;
  return {
    kind: "failure",
    code: "drift",
    message: `Would be undone, as was decided: ${drift.map(({ text }) => text).join("; ")}; with ${undo.join("; ")}.${gone}`,
    location: drift[0]?.identity ?? null,
    hint: "Without --dry-run it is run, after asking.",
    exitCode: 3,
  };
}
