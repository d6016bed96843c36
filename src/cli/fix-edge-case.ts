import { casesOf } from "../decisions/choose.ts";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import { readPlan } from "../plan/read-plan.ts";
import { reviewOnTerminal, type ReviewFlags } from "./review.ts";
import { hang, screenOf } from "./terminal.ts";

/** What `--fix-edge-case` is about. */
export interface Fixing {
  /** The newest plan, as the user would type it. */
  readonly file: string;
  readonly plan: Plan;
  /** An edge case or a migration. */
  readonly id: string;
  readonly flags: ReviewFlags;
}

export interface Fixed {
  /** As it is after the review. */
  readonly plan: Plan;
  /** The cases with the commands that decide them, for whoever has no terminal; empty after a review. */
  readonly listing: string;
}

/** Settles the cases of one migration: on a terminal by a review of them alone, else they are listed. Fails (exit 2) where the plan has no such case. */
export async function fixEdgeCase({ file, plan, id, flags }: Fixing): Promise<Result<Fixed>> {
  const cases = casesOf(plan, id);
  if (cases.length === 0) {
    const hint = plan.order.includes(id) ? "It asks nothing: there is nothing to settle." : "edge-cases.yaml lists the open questions.";
    return failed(inputFailure("unknown-edge-case", `The plan has no edge case of ${id}.`, { location: "--fix-edge-case", hint }));
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY || flags.json === true) return ok({ plan, listing: listed({ file, plan, id, flags }) });
  const reviewed = await reviewOnTerminal(file, flags, { search: id });
  if (reviewed.kind === "failed") return reviewed;
  const read = await readPlan(file);
  return read.kind === "failed" ? read : ok({ plan: read.value, listing: "" });
}

function listed({ file, plan, id, flags }: Fixing): string {
  const { style, width } = screenOf(process.stdout, flags.color === false ? "never" : "auto");
  const lines = casesOf(plan, id).flatMap(({ id: own, title, question, source, choices, decision }) => [
    style.bold(own),
    ...hang("  ", title, width),
    ...(source === null ? [] : [`  ${formatLocation(source.location)}`]),
    ...hang("  ", question, width),
    ...(decision === null
      ? choices.map((choice) => `  pggit decide ${file} ${own} ${choice}`)
      : [`  decided: ${decision.choice} by ${decision.by ?? "?"}`]),
  ]);
  return `${lines.join("\n")}\n`;
}
