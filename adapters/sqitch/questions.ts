import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";

/** What a person must give SQL for. */
export function customCodeQuestion(step: Extract<Step, { kind: "custom-code" }>): EdgeCaseDraft {
  return {
    kind: "custom-code",
    title: "A psql command that cannot be run here",
    question: `What does this do to the database? It cannot be run here: ${step.reason}.`,
    action: "Give its SQL, or exclude the change if it does nothing.",
    risk: "HIGH",
    source: { location: step.location, text: step.text.slice(0, 2_000) },
    suggestion: null,
    evidence: [{ part: "read", statement: `${step.language} code, undecided`, value: 0.5 }],
    choices: ["edit", "exclude"],
  };
}

/** A change that needs one of a project which is not at hand. */
export function otherProjectQuestion(
  dependency: { readonly text: string; readonly project: string },
  place: { readonly change: string; readonly location: SourceLocation },
): EdgeCaseDraft {
  return {
    kind: "precondition",
    title: `${place.change} requires ${dependency.text} of another project`,
    question: `Sqitch deploys ${place.change} only where ${dependency.text} of the project ${dependency.project} is deployed, and no plan of that project was found. What does ${place.change} need of it?`,
    action: `Give pggit a folder that holds the project ${dependency.project} too, keep the change if it runs without, or edit it.`,
    risk: "MEDIUM",
    source: { location: place.location, text: dependency.text },
    suggestion: null,
    evidence: [{ part: "read", statement: `${dependency.text} is taken to be deployed before`, value: 0.9 }],
    choices: ["keep", "edit", "exclude"],
  };
}
