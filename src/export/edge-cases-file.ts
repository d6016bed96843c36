import { stringify } from "yaml";
import { mostUrgentFirst, type EdgeCase } from "../model/edge-case.ts";
import type { Plan } from "../model/plan.ts";
import { askedAbout, sayAsked } from "../model/say-assistance.ts";
import { formatLocation } from "../model/source.ts";

/** The text of `edge-cases.yaml`: the open questions for people, most urgent first. An empty list where nothing is open. */
export function renderEdgeCases({ edgeCases, assistance }: Pick<Plan, "edgeCases" | "assistance">): string {
  const open = mostUrgentFirst(edgeCases.filter((edge) => edge.decision === null));
  const entries = open.map((edge) => ({
    id: edge.id,
    ...(edge.migration === null ? {} : { migration: edge.migration }),
    kind: edge.kind,
    title: edge.title,
    confidence: Number(edge.confidence.toFixed(3)),
    risk: edge.risk,
    ...(edge.source === null ? {} : { source: formatLocation(edge.source.location) }),
    question: edge.question,
    ...(edge.suggestion === null ? {} : { suggestion: edge.suggestion.text, proven: edge.suggestion.proven }),
    ...(edge.suggestion?.sql === null || edge.suggestion === null ? {} : { sql: edge.suggestion.sql }),
    ...modelNotes(edge, assistance),
    action_required: edge.action,
    choices: edge.choices,
  }));
  const head = `# Open questions of this conversion: ${entries.length}. Written by pggit; changed by every run. Answers go into decisions.yaml beside it.\n`;
  return head + stringify({ edge_cases: entries }, { lineWidth: 120 });
}

/** What a language model said of it, as far as it is no suggestion. */
function modelNotes(edge: EdgeCase, assistance: Plan["assistance"]): { readonly model?: readonly string[] } {
  const notes = askedAbout(edge, assistance).filter(({ outcome }) => outcome !== "suggested");
  return notes.length === 0 ? {} : { model: notes.map(sayAsked) };
}
