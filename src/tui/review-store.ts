import { reduce } from "../review/reduce.ts";
import { mostScroll, type Surface } from "../review/screen.ts";
import type { Effect, ReviewEvent, ReviewSession } from "../review/session.ts";

/** The session of a running review: it outlives the drawing, which goes away while an editor has the terminal. */
export interface ReviewStore {
  readonly session: () => ReviewSession;
  readonly subscribe: (listener: () => void) => () => void;
  /** Reduces an event and has its effects performed. `surface` is what the session is seen on, where somebody sees it. */
  readonly send: (event: ReviewEvent, surface?: Surface) => void;
}

/** Holds a session; `perform` does what events lead to, and sends its outcome when it is there. */
export function createReviewStore(begin: ReviewSession, perform: (effect: Effect, store: ReviewStore) => void): ReviewStore {
  let session = begin;
  const listeners = new Set<() => void>();
  const store: ReviewStore = {
    session: () => session,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (event, surface) => {
      const reduced = reduce(session, event);
      const { scroll } = reduced.session;
      // At the top nothing has to be drawn to know how far it goes.
      const within = surface === undefined || scroll === 0 ? scroll : Math.min(scroll, mostScroll(reduced.session, surface));
      session = { ...reduced.session, scroll: within };
      for (const listener of listeners) listener();
      for (const effect of reduced.effects) perform(effect, store);
    },
  };
  return store;
}
