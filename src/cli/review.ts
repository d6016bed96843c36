import { resolve } from "node:path";
import type { AgainFlags } from "../configuration/plan-request.ts";
import { recordDecisions, withdrawDecisions } from "../decisions/record-decision.ts";
import { saveDecisions } from "../decisions/save-decisions.ts";
import { failed, inputFailure, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { approvePlan } from "../plan/approvals.ts";
import { replacePlan } from "../plan/replace-plan.ts";
import { progressOf } from "../review/list.ts";
import { beginReview, type Effect, type ReviewSession } from "../review/session.ts";
import type { ReviewStore } from "../tui/review-store.ts";
import { askAgain } from "./ask-again.ts";
import { editText } from "./editor.ts";
import { printFailures } from "./print-failures.ts";
import { findPlan } from "./find-plan.ts";
import { personHere } from "./person.ts";
import { openPlan, type OpenedPlan } from "./reconvert.ts";
import { readSources } from "./review-sources.ts";
import { settle } from "./settle.ts";
import { loadParser } from "../sql/parser.ts";
import { counted, styleFor } from "./terminal.ts";
import { sayOthers, whileInUse } from "./while-in-use.ts";

/** Flags of `review`. */
export interface ReviewFlags extends AgainFlags {
  readonly ai?: boolean;
  readonly aiSendLiterals?: boolean;
  readonly as?: string;
  readonly out?: string;
}

/** `pggit review`: goes through the questions of a plan on a terminal. Gives the exit code: 3 while questions are open. */
export async function runReviewCommand(plan: string | undefined, flags: ReviewFlags): Promise<ExitCode> {
  const reviewed = await reviewOnTerminal(plan, flags);
  if (reviewed.kind === "failed") return printFailures(reviewed.failures, flags);
  const { file } = reviewed.value;
  const { decided, unproven, open } = progressOf(reviewed.value);
  const ahead = unproven === 0 ? "" : `, ${unproven} of them saved and not proven yet: \`pggit review\` or \`pggit migrate\` does`;
  process.stdout.write(`${counted(decided, "question")} decided${ahead}; ${open} open. ${file}\n`);
  return open > 0 || unproven > 0 ? 3 : 0;
}

/** Reviews a plan on the terminal: the one named, else the newest. `begin`: what the list shows at first. */
export async function reviewOnTerminal(
  named: string | undefined,
  flags: ReviewFlags,
  begin: Partial<Pick<ReviewSession, "search">> = {},
): Promise<Result<ReviewSession>> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return failed(noTerminal);
  const file = named === undefined ? await findPlan(flags) : ok(named);
  if (file.kind === "failed") return file;
  const opened = await openPlan(file.value);
  if (opened.kind === "failed") return opened;
  const by = await personHere(flags.as);
  return whileInUse(opened.value.folder, { command: "review", by }, async (others) =>
    ok(await onTerminal(opened.value, { by, flags, others: sayOthers(others), begin })),
  );
}

interface Sitting {
  readonly by: string;
  readonly flags: ReviewFlags;
  /** Who else works with the plan, in words. */
  readonly others: readonly string[];
  readonly begin: Partial<Pick<ReviewSession, "search">>;
}

async function onTerminal(opened: OpenedPlan, { by, flags, others, begin }: Sitting): Promise<ReviewSession> {
  await loadParser();
  // React and Ink are loaded by this command alone.
  const { runReview } = await import("../tui/run-review.tsx");
  const { plan, file, decisions } = opened;
  const begun = { ...beginReview({ plan, file, by, saved: decisions.decisions }), ...begin };
  const style = styleFor(process.stdout, flags.color === false ? "never" : "auto");
  return runReview({
    session: others.length === 0 ? begun : { ...begun, message: { tone: "plain", lines: others } },
    sources: await readSources(opened),
    colour: style.isColorSupported ? "colour" : "plain",
    clock: () => new Date().toISOString(),
    stdin: process.stdin,
    stdout: process.stdout,
    ...performing(opened, flags, by),
  });
}

/** What a review does outside: one thing at a time, on the plan as the last one left it. */
function performing(begin: OpenedPlan, flags: ReviewFlags, by: string) {
  let opened = begin;
  let running = new AbortController();
  const refuse = (store: ReviewStore, failures: readonly Failure[]): void =>
    store.send({ kind: "refused", lines: failures.flatMap(({ message, hint }) => [message, hint]) });

  const save = async (effect: Extract<Effect, { kind: "save" }>, store: ReviewStore): Promise<void> => {
    const saved = await saveDecisions(opened.folder, { was: opened.decisions, text: textWith(opened, effect) });
    if (saved.kind === "failed") return refuse(store, saved.failures);
    opened = { ...opened, decisions: saved.value };
    store.send({ kind: "saved", saved: saved.value.decisions });
  };
  const prove = async (effect: Extract<Effect, { kind: "prove" }>, store: ReviewStore): Promise<void> => {
    running = new AbortController();
    const { signal } = running;
    const progress = { begin: () => {}, advance: () => {}, warn: () => {} };
    const decided = [...effect.decisions, ...effect.withdrawn];
    const settled = await settle(opened, { text: textWith(opened, effect), decided, flags, progress, signal });
    if (settled.kind === "failed") return refuse(store, settled.failures);
    opened = settled.value.opened;
    store.send({ kind: "proven", plan: opened.plan, saved: opened.decisions.decisions, verdicts: settled.value.verdicts });
  };
  const approve = async (role: string | null, store: ReviewStore): Promise<void> => {
    const plan = approvePlan(opened.plan, { as: by, role, at: new Date().toISOString() });
    const written = await replacePlan(resolve(opened.file), { was: opened.plan, plan });
    if (written.kind === "failed") return refuse(store, written.failures);
    opened = { ...opened, plan };
    store.send({ kind: "approved", plan });
  };
  const askModel = async (id: string, store: ReviewStore): Promise<void> => {
    running = new AbortController();
    const asked = await askAgain(opened, { id, flags, signal: running.signal });
    if (asked.kind === "failed") return refuse(store, asked.failures);
    opened = asked.value.opened;
    store.send({ kind: "asked", plan: opened.plan, lines: asked.value.said });
  };
  return {
    async perform(effect: Exclude<Effect, { kind: "edit" | "quit" }>, store: ReviewStore): Promise<void> {
      switch (effect.kind) {
        case "save":
          return save(effect, store);
        case "prove":
          return prove(effect, store);
        case "approve":
          return approve(effect.role, store);
        case "ask":
          return askModel(effect.id, store);
        case "cancel":
          return running.abort("SIGINT");
      }
    },
    async edit({ id, text }: { readonly id: string; readonly text: string }): Promise<Result<string | null>> {
      const edgeCase = opened.plan.edgeCases.find((one) => one.id === id);
      const heading = [
        `${id}: ${edgeCase?.question ?? ""}`,
        "Save and leave: it is run and proven. Lines like this one are taken out; an empty text decides nothing.",
      ];
      return editText({ name: `${id}.sql`, text, heading }, process.env);
    },
  };
}

function textWith(
  { decisions }: OpenedPlan,
  { decisions: made, withdrawn }: Pick<Extract<Effect, { kind: "save" }>, "decisions" | "withdrawn">,
): string {
  const without = withdrawn.length === 0 ? decisions.text : withdrawDecisions(decisions.text, withdrawn);
  return made.length === 0 ? (without ?? "") : recordDecisions(without, made);
}

const noTerminal = inputFailure("no-terminal", "A review needs a terminal, and there is none.", {
  location: null,
  hint: "`pggit decide PLAN ID CHOICE` decides without one; edge-cases.yaml lists the questions.",
});
