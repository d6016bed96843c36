import { render, type Instance } from "ink";
import type { Result } from "../model/failure.ts";
import type { Effect, ReviewSession } from "../review/session.ts";
import { ReviewScreen, type ReviewScreenProps } from "./review-screen.tsx";
import { createReviewStore, type ReviewStore } from "./review-store.ts";

/** A review on a terminal. */
export interface TerminalReview {
  readonly session: ReviewSession;
  readonly sources: ReviewScreenProps["sources"];
  readonly colour: ReviewScreenProps["colour"];
  readonly clock: ReviewScreenProps["clock"];
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Does what is to be done outside, but for editing and leaving. */
  readonly perform: (effect: Exclude<Effect, { kind: "edit" | "quit" }>, store: ReviewStore) => Promise<void>;
  /** Has a text edited while the terminal is free; `null` where it was left as it was. */
  readonly edit: (request: { readonly id: string; readonly text: string }) => Promise<Result<string | null>>;
}

const enterScreen = "\u001B[?1049h\u001B[H";
const leaveScreen = "\u001B[?1049l";

/** Draws a review on the other screen of the terminal until the person leaves; gives the session as it is then. The terminal is as before afterwards, whatever happened. */
export async function runReview(review: TerminalReview): Promise<ReviewSession> {
  const { stdout, stdin, clock } = review;
  let instance: Instance | null = null;
  let leave = (): void => {};
  let fail = (_error: unknown): void => {};
  const left = new Promise<void>((resolve, reject) => {
    leave = resolve;
    fail = reject;
  });
  const store = createReviewStore(review.session, (effect, own) => {
    if (effect.kind === "quit") leave();
    else if (effect.kind === "edit") edit(effect, own).catch(fail);
    else review.perform(effect, own).catch(fail);
  });
  const show = (): void => {
    stdout.write(enterScreen);
    const { sources, colour } = review;
    instance = render(<ReviewScreen store={store} sources={sources} colour={colour} clock={clock} />, {
      stdin,
      stdout,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  };
  const hide = (): void => {
    instance?.unmount();
    instance = null;
    stdout.write(leaveScreen);
  };
  const edit = async (request: { readonly id: string; readonly text: string }, own: ReviewStore): Promise<void> => {
    hide();
    try {
      const edited = await review.edit(request);
      const sql = edited.kind === "ok" ? edited.value : null;
      if (edited.kind === "failed") own.send({ kind: "refused", lines: edited.failures.flatMap(({ message, hint }) => [message, hint]) });
      else if (sql === null) own.send({ kind: "told", lines: ["The text was left as it was, so nothing was decided."] });
      else own.send({ kind: "edited", id: request.id, sql, at: clock() });
    } finally {
      show();
    }
  };
  show();
  try {
    await left;
    return store.session();
  } finally {
    hide();
  }
}
