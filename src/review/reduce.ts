import { decideOn, told, undoLast } from "./decide.ts";
import { bindingOf, type Action } from "./keys.ts";
import { currentCase, FILTERS, next, progressOf, shownCases, SORTINGS } from "./list.ts";
import { reducePrompt } from "./prompt.ts";
import { standingOf, type Reduced, type ReviewEvent, type ReviewSession } from "./session.ts";
import type { Verdict } from "./verdict.ts";

/** The whole logic of a review: what an event makes of a session, and what is to be done outside of it. Pure. */
export function reduce(session: ReviewSession, event: ReviewEvent): Reduced {
  switch (event.kind) {
    case "key":
      return reduceKey(session, event);
    case "edited":
      return reduceEdited(session, event);
    case "saved":
      return settled({ ...succeeded(session), saved: event.saved }, []);
    case "proven":
      return reduceProven(session, event);
    case "approved":
      return told({ ...session, plan: event.plan, busy: null, afterwards: null }, ["The approval is entered in the plan."], "good");
    case "asked":
      return told(
        { ...session, plan: event.plan, busy: null },
        event.lines.length === 0 ? ["The model was asked, and has nothing to say to this question."] : event.lines,
        "plain",
      );
    case "refused":
      return told({ ...session, busy: null, afterwards: null, trying: null }, event.lines);
    case "told":
      return told(session, event.lines, "plain");
  }
}

function reduceKey(session: ReviewSession, key: Extract<ReviewEvent, { kind: "key" }>): Reduced {
  if (session.prompt !== null && key.name !== "ctrl+c") return reducePrompt(session, session.prompt, key);
  const current = currentCase(session);
  const calm = { ...session, cursor: current?.id ?? null };
  const digit = /^[1-9]$/.test(key.name) && session.screen !== "help" ? Number(key.name) : null;
  const binding = bindingOf(key.name, session.screen);
  if (digit === null && binding === null) return { session, effects: [] };
  if (session.busy !== null && binding?.looks !== true) return told(session, [`Wait: ${session.busy}. Esc stops it.`], "plain");
  if (digit !== null) {
    const choice = current?.choices[digit - 1];
    if (current === null || choice === undefined) return told(calm, [`There is no choice ${digit} here.`]);
    return decideOn(calm, current, { choice, at: key.at });
  }
  return binding === null ? { session, effects: [] } : perform({ ...calm, message: null }, binding.action, key);
}

function perform(session: ReviewSession, action: Action, { at, page }: { readonly at: string; readonly page: number }): Reduced {
  const only = (changed: Partial<ReviewSession>): Reduced => ({ session: { ...session, ...changed }, effects: [] });
  const current = currentCase(session);
  switch (action) {
    case "up":
      return move(session, -1);
    case "down":
      return move(session, 1);
    case "page-up":
      return move(session, -page);
    case "page-down":
      return move(session, page);
    case "first":
      return move(session, Number.NEGATIVE_INFINITY);
    case "last":
      return move(session, Number.POSITIVE_INFINITY);
    case "open":
      return current === null ? only({}) : only({ screen: "detail", cursor: current.id, scroll: 0 });
    case "back":
      if (session.busy !== null) return { session, effects: [{ kind: "cancel" }] };
      return only({ screen: "list", scroll: 0, search: session.screen === "list" ? "" : session.search });
    case "help":
      return only({ screen: session.screen === "help" ? "list" : "help", scroll: 0 });
    case "search":
      return only({ prompt: { kind: "search", text: session.search } });
    case "filter":
      return only({ filter: next(FILTERS, session.filter), cursor: null });
    case "sort":
      return only({ sorting: next(SORTINGS, session.sorting) });
    case "next-open":
      return nextOpen(session);
    case "skip":
      return current === null ? only({}) : nextOpen({ ...session, skipped: [...new Set([...session.skipped, current.id])] });
    case "undo":
      return undoLast(session);
    case "prove":
      return prove(session);
    case "approve":
      return progressOf(session).unproven > 0
        ? prove({ ...session, afterwards: "approve" })
        : only({ prompt: { kind: "approve", text: "" } });
    case "quit":
      return quit(session);
    case "interrupt":
      return { session, effects: session.busy === null ? [{ kind: "quit" }] : [{ kind: "cancel" }, { kind: "quit" }] };
    case "ask-model":
      return current === null
        ? only({})
        : { session: { ...session, busy: `asking the model about ${current.id}` }, effects: [{ kind: "ask", id: current.id }] };
    case "note":
      return current === null ? only({}) : only({ prompt: { kind: "note", id: current.id, text: session.notes[current.id] ?? "" } });
    case "keep":
    case "use-suggestion":
    case "edit":
    case "exclude":
    case "extract":
      return current === null ? only({}) : decideOn(session, current, { choice: action, at });
  }
}

/** Through the list, or up and down in a text. Where a text ends the drawing knows; it shows its last screen. */
function move(session: ReviewSession, by: number): Reduced {
  if (session.screen !== "list") {
    const scroll = Math.max(0, Math.min(session.scroll + by, Number.MAX_SAFE_INTEGER));
    return { session: { ...session, scroll }, effects: [] };
  }
  const shown = shownCases(session);
  const at = shown.findIndex(({ id }) => id === session.cursor);
  const to = Math.max(0, Math.min(at + by, shown.length - 1));
  return { session: { ...session, cursor: shown[to]?.id ?? null }, effects: [] };
}

/** To the next open question behind the cursor, from the beginning where there is none; those that were skipped come last. */
function nextOpen(session: ReviewSession): Reduced {
  const everything = shownCases({ ...session, filter: "all", search: "" });
  const at = everything.findIndex(({ id }) => id === session.cursor);
  const around = [...everything.slice(at + 1), ...everything.slice(0, at + 1)].filter((one) => standingOf(one, session.saved) === "open");
  const found = around.find(({ id }) => !session.skipped.includes(id)) ?? around.find(({ id }) => id !== session.cursor);
  if (found === undefined) return told(session, [around.length === 0 ? "No question is open." : "No other question is open."], "plain");
  const inView = shownCases(session).some(({ id }) => id === found.id);
  return { session: { ...session, cursor: found.id, scroll: 0, ...(inView ? {} : { filter: "open", search: "" }) }, effects: [] };
}

function prove(session: ReviewSession): Reduced {
  const { unproven } = progressOf(session);
  if (unproven === 0)
    return told({ ...session, afterwards: null }, ["Everything that was decided is proven and stands in the plan."], "plain");
  return {
    session: { ...session, busy: "running the history as it was decided" },
    effects: [{ kind: "prove", decisions: [], withdrawn: [] }],
  };
}

function quit(session: ReviewSession): Reduced {
  if (session.screen === "help") return { session: { ...session, screen: "list", scroll: 0 }, effects: [] };
  if (session.busy !== null) return { session, effects: [{ kind: "cancel" }, { kind: "quit" }] };
  return progressOf(session).unproven > 0 ? prove({ ...session, afterwards: "quit" }) : { session, effects: [{ kind: "quit" }] };
}

function reduceEdited(session: ReviewSession, { id, sql, at }: Extract<ReviewEvent, { kind: "edited" }>): Reduced {
  const edgeCase = session.plan.edgeCases.find((one) => one.id === id);
  if (edgeCase === undefined) return { session, effects: [] };
  if (sql.trim() === "") return told(session, ["Nothing was written, so nothing was decided."], "plain");
  return decideOn({ ...session, drafts: { ...session.drafts, [id]: sql } }, edgeCase, { choice: "edit", sql, at });
}

function reduceProven(session: ReviewSession, { plan, saved, verdicts }: Extract<ReviewEvent, { kind: "proven" }>): Reduced {
  const stays = plan.edgeCases.some(({ id }) => id === session.cursor);
  const screen = session.screen === "detail" && !stays ? "list" : session.screen;
  const proven = { ...succeeded(session), plan, saved, screen, cursor: stays ? session.cursor : null } as const;
  return settled(proven, verdicts);
}

/** What was tried came about: it can be taken back, and its draft is needed no more. */
function succeeded(session: ReviewSession): ReviewSession {
  const { trying, made, drafts } = session;
  if (trying === null) return { ...session, busy: null };
  const rest = Object.fromEntries(Object.entries(drafts).filter(([id]) => id !== trying.id));
  return { ...session, busy: null, trying: null, made: [...made, trying], drafts: rest };
}

/** After something was saved or proven: says what was seen, and does what waited for it. */
function settled(session: ReviewSession, verdicts: readonly Verdict[]): Reduced {
  if (session.afterwards === "quit") return { session, effects: [{ kind: "quit" }] };
  if (session.afterwards === "approve")
    return { session: { ...session, afterwards: null, message: null, prompt: { kind: "approve", text: "" } }, effects: [] };
  const lines = verdicts.flatMap(({ migration, lines }) =>
    lines.map((line, index) => (index === 0 && migration !== null ? `${migration}: ${line}` : line)),
  );
  return told(
    session,
    lines.length === 0 ? ["Saved in decisions.yaml."] : ["It was run, and is saved:", ...lines],
    lines.length === 0 ? "plain" : "good",
  );
}
