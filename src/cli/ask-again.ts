import { draftWithModel } from "../drafting/draft.ts";
import { tryDrafts } from "../drafting/try-drafts.ts";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import { askedAbout, sayAsked } from "../model/say-assistance.ts";
import type { AgainFlags } from "../configuration/plan-request.ts";
import { requestAgain } from "../configuration/plan-request.ts";
import { interrupted } from "../prove-history.ts";
import { configuredModel, literalsOf, openEmptyShadow, prepareAsking, silent, type ModelFlags } from "./ask-model.ts";
import { reconvert, resolveAgain, sealAgain, writeReconverted, type OpenedPlan } from "./reconvert.ts";

interface AskingAgain {
  /** Of the edge case. */
  readonly id: string;
  readonly flags: AgainFlags & ModelFlags;
  readonly signal: AbortSignal;
}

/** Asks the model about one question of a plan; what it drafted and what came of it is written into the plan. `said`: what to tell, a line each. */
export async function askAgain(
  opened: OpenedPlan,
  { id, flags, signal }: AskingAgain,
): Promise<Result<{ readonly opened: OpenedPlan; readonly said: readonly string[] }>> {
  if (flags.ai !== true) return failed(notTurnedOn);
  const said: string[] = [];
  const progress = { ...silent, warn: (message: string) => void said.push(message) };
  const { project, flags: again } = requestAgain(opened.plan, flags, opened.file);
  const settings = await configuredModel({ project, flags: { ...flags, ...again }, progress });
  if (settings.kind === "failed") return settings;
  if (settings.value === null) return ok({ opened, said });
  const running = { flags, progress: silent, signal };
  const request = await resolveAgain(opened.plan, flags, opened.file);
  if (request.kind === "failed") return request;
  const converted = await reconvert(opened, { ...running, decisions: opened.decisions });
  if (converted.kind === "failed") return converted;
  const tryWith = tryDrafts(opened.decisions, async (decisions) => {
    const tried = await reconvert(opened, { ...running, decisions, keeps: "nothing" });
    return tried.kind === "failed" ? tried : ok(tried.value.conversion);
  });
  const conversion = await draftWithModel(converted.value.conversion, {
    asking: await prepareAsking(settings.value, { flags, progress, signal }),
    literals: literalsOf(flags),
    only: id,
    progress,
    tryWith,
    openShadow: () => openEmptyShadow(request.value.request),
  });
  if (signal.aborted) return failed(interrupted(signal));
  const plan = sealAgain(opened, conversion);
  const written = await writeReconverted(opened, { plan, conversion, decisionsText: converted.value.decisionsText });
  if (written.kind === "failed") return written;
  const edgeCase = plan.edgeCases.find((one) => one.id === id);
  const about = edgeCase === undefined ? [] : askedAbout(edgeCase, plan.assistance);
  return ok({ opened: written.value, said: [...said, ...about.map(sayAsked)] });
}

const notTurnedOn = inputFailure("model-off", "The language model is off.", {
  location: null,
  hint: "Start the review with --ai; docs/assist.md says how a model is configured, and what is sent.",
});
