import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";

/** What a person must give SQL for. */
export function customCodeQuestion(step: Extract<Step, { kind: "custom-code" }>): EdgeCaseDraft {
  return {
    kind: "custom-code",
    title: "Code that cannot be run here",
    question: `What does this do to the database? It cannot be run here: ${step.reason}.`,
    action: "Give its SQL, or exclude the migration if it changes nothing.",
    risk: "HIGH",
    source: { location: step.location, text: step.text.slice(0, 2_000) },
    suggestion: null,
    evidence: [{ part: "read", statement: `${step.language} code, undecided`, value: 0.5 }],
    choices: ["edit", "exclude"],
  };
}

/** Whether a migration of one environment belongs to the history of all. */
export function environmentQuestion(environment: string, path: string): EdgeCaseDraft {
  return {
    kind: "environment-specific",
    title: `Only for ${environment}`,
    question: `${path} stands in a folder for ${environment}. Does it belong to the history of every database?`,
    action: `Keep it for all, put it on a branch of its own, or exclude it; --environment or pggit.yaml decides for all files at once.`,
    risk: "MEDIUM",
    source: { location: { file: path, line: 1 }, text: path },
    suggestion: null,
    evidence: [{ part: "read", statement: `the folder's name says ${environment}`, value: 0.9 }],
    choices: ["keep", `branch=${environment}`, "exclude"],
  };
}
