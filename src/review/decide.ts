import { savedDecision } from "../decisions/ahead.ts";
import { choose, dependantsOf } from "../decisions/choose.ts";
import type { NewDecision } from "../decisions/record-decision.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import { choiceOf, type Effect, type Reduced, type ReviewSession } from "./session.ts";

interface Chosen {
  readonly choice: string;
  readonly at: string;
  readonly sql?: string;
  /** `exclude`: the person has seen which others go with it. */
  readonly with?: readonly string[];
}

/** What a choice on a question leads to: it is saved, run and proven first, edited, or asked about once more. */
export function decideOn(session: ReviewSession, edgeCase: EdgeCase, chosen: Chosen): Reduced {
  const { choice, at, sql } = chosen;
  const { id, migration } = edgeCase;
  if (!edgeCase.choices.includes(choice))
    return told(session, [`${id} cannot be decided with ${choice}.`, `Its choices are ${edgeCase.choices.join(", ")}.`]);
  if (choice === "edit" && sql === undefined) {
    const text = session.drafts[id] ?? textToEdit(session, edgeCase);
    return { session: { ...session, message: null }, effects: [{ kind: "edit", id, text }] };
  }
  if (choice === "exclude" && chosen.with === undefined && migration !== null) {
    const dependants = dependantsOf(session.plan, [migration]);
    if (dependants.length > 0) return { session: { ...session, message: null, prompt: { kind: "exclude", id, dependants } }, effects: [] };
  }
  const reason = session.notes[id] ?? choiceOf(edgeCase, session.saved)?.reason ?? null;
  const result = choose(session.plan, { id, choice, sql: sql ?? null, with: chosen.with ?? [], by: session.by, at, reason });
  if (result.kind === "failed")
    return told(
      session,
      result.failures.flatMap(({ message, hint }) => [message, hint]),
    );
  const trying = { id, before: asNew(edgeCase, session) };
  // What changes nothing that runs is saved at once; a run takes it with the others.
  const kind = changesTheHistory(choice) || changesTheHistory(edgeCase.decision?.choice ?? "keep") ? "prove" : "save";
  const busy = kind === "prove" ? `running the history with ${choice} on ${id}` : "saving";
  return {
    session: { ...session, trying, busy, message: null, prompt: null },
    effects: [{ kind, decisions: result.value, withdrawn: [] }],
  };
}

/** Takes back the last decision of this review: what was there before stands again. */
export function undoLast(session: ReviewSession): Reduced {
  const last = session.made.at(-1);
  if (last === undefined) return told(session, ["Nothing was decided in this review that could be taken back."]);
  const { id, before } = last;
  const edgeCase = session.plan.edgeCases.find((one) => one.id === id);
  const made = session.made.slice(0, -1);
  const now = edgeCase === undefined ? null : asNew(edgeCase, session);
  if (now === null) return { session: { ...session, made }, effects: [] };
  const change = before === null ? { decisions: [], withdrawn: [now] } : { decisions: [before], withdrawn: [] };
  const choices = [now.choice, before?.choice ?? "keep", edgeCase?.decision?.choice ?? "keep"];
  const kind: Effect["kind"] = choices.some(changesTheHistory) ? "prove" : "save";
  const busy = kind === "prove" ? `running the history without ${now.choice} on ${id}` : "saving";
  return { session: { ...session, made, busy, cursor: id, message: null }, effects: [{ kind, ...change }] };
}

/** Enters a reason: with the decision that is there, or for the one to come. */
export function noteReason(
  session: ReviewSession,
  { id, reason, at }: { readonly id: string; readonly reason: string; readonly at: string },
): Reduced {
  const notes = { ...session.notes, [id]: reason };
  const edgeCase = session.plan.edgeCases.find((one) => one.id === id);
  const now = edgeCase === undefined ? null : asNew(edgeCase, session);
  if (now === null) return { session: { ...session, notes, prompt: null }, effects: [] };
  const decision = { ...now, reason: reason === "" ? null : reason, by: session.by, at };
  return {
    session: { ...session, notes, prompt: null, busy: "saving" },
    effects: [{ kind: "save", decisions: [decision], withdrawn: [] }],
  };
}

function changesTheHistory(choice: string): boolean {
  return choice !== "keep" && !choice.startsWith("branch=");
}

/** The decision that stands on a question, as the file would have it; `null` where none does. */
function asNew(edgeCase: EdgeCase, { saved }: ReviewSession): NewDecision | null {
  const { id, migration, content } = edgeCase;
  const decision = choiceOf(edgeCase, saved);
  if (decision === null) return null;
  const { choice, sql, reason, by, at } = decision;
  const own = savedDecision(edgeCase, saved);
  return {
    id,
    migration,
    content: content ?? null,
    choice,
    sql,
    with: own?.with ?? decision.with ?? [],
    by: by ?? "",
    at: at ?? "",
    reason,
  };
}

/** What the editor begins with: what was decided before, the suggestion, or what stands there now. */
function textToEdit({ plan, saved }: ReviewSession, edgeCase: EdgeCase): string {
  const decided = choiceOf(edgeCase, saved)?.sql ?? null;
  if (decided !== null) return decided;
  if (edgeCase.suggestion !== null && edgeCase.suggestion.sql !== null) return edgeCase.suggestion.sql;
  if (isAboutTheWayBack(edgeCase)) {
    const { rollback } = plan.migrations.find(({ id }) => id === edgeCase.migration) ?? {};
    return (rollback?.sql ?? []).map((sql) => `${sql};\n`).join("");
  }
  return edgeCase.kind === "custom-code" ? "" : (edgeCase.source?.text ?? "");
}

/** Whether a question is about how a migration is taken back. */
export function isAboutTheWayBack({ kind }: EdgeCase): boolean {
  return kind === "rollback-wrong" || kind === "irreversible";
}

export function told(session: ReviewSession, lines: readonly string[], tone: "bad" | "plain" | "good" = "bad"): Reduced {
  return { session: { ...session, message: { tone, lines } }, effects: [] };
}
