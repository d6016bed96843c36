import { decideOn, noteReason } from "./decide.ts";
import { charactersOf } from "./text-width.ts";
import type { Prompt, Reduced, ReviewEvent, ReviewSession } from "./session.ts";

type Key = Extract<ReviewEvent, { kind: "key" }>;

/** A key while something is asked: text goes into the answer, Enter gives it, Esc takes the question back. */
export function reducePrompt(session: ReviewSession, prompt: Prompt, key: Key): Reduced {
  if (key.name === "escape") return { session: { ...session, prompt: null }, effects: [] };
  if (prompt.kind === "exclude") return answerExclude(session, prompt, key);
  if (key.name === "return") return answer(session, prompt, key);
  const text = typed(prompt.text, key.name);
  // A search shows what it finds while it is typed.
  const search = prompt.kind === "search" ? { search: text, cursor: null } : {};
  return { session: { ...session, ...search, prompt: { ...prompt, text } }, effects: [] };
}

function typed(text: string, key: string): string {
  if (key === "backspace" || key === "delete") return charactersOf(text).slice(0, -1).join("");
  if (key === "space") return `${text} `;
  return charactersOf(key).length === 1 ? text + key : text;
}

function answerExclude(session: ReviewSession, { id, dependants }: Extract<Prompt, { kind: "exclude" }>, { name, at }: Key): Reduced {
  const edgeCase = session.plan.edgeCases.find((one) => one.id === id);
  if (name !== "y" || edgeCase === undefined) return { session: { ...session, prompt: null }, effects: [] };
  return decideOn(session, edgeCase, { choice: "exclude", with: dependants, at });
}

function answer(session: ReviewSession, prompt: Exclude<Prompt, { kind: "exclude" }>, { at }: Key): Reduced {
  const text = prompt.text.trim();
  switch (prompt.kind) {
    case "search":
      return { session: { ...session, prompt: null, search: text }, effects: [] };
    case "note":
      return noteReason(session, { id: prompt.id, reason: text, at });
    case "approve": {
      const role = text === "" ? null : text;
      return { session: { ...session, prompt: null, busy: "entering the approval" }, effects: [{ kind: "approve", role }] };
    }
  }
}
