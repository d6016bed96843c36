import type { EdgeCase } from "./edge-case.ts";
import type { AskedOfModel } from "./plan.ts";

/** What came of one question to a language model, in a sentence that does not claim more than was seen. */
export function sayAsked({ task, outcome, text }: Pick<AskedOfModel, "task" | "outcome" | "text">): string {
  switch (outcome) {
    case "suggested":
      return `The model's suggestion (${task}): ${text}`;
    case "explained":
      return `In the model's words, which nothing proves: ${text}`;
    case "failed":
      return `The model's reply (${task}) is no suggestion: ${text}`;
  }
}

/** What a model was asked about an edge case, or about its migration as a whole. */
export function askedAbout(
  { id, migration }: Pick<EdgeCase, "id" | "migration">,
  assistance: readonly AskedOfModel[] | undefined,
): readonly AskedOfModel[] {
  return (assistance ?? []).filter(
    ({ question, migration: of }) => question === id || (question === null && migration !== null && of === migration),
  );
}
