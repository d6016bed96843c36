import type { StateName } from "./assess.ts";

/** How much a run asks: `default` as the table of docs/cli.md says, `always` before anything is written, `never`. */
export type Confirmation = "default" | "always" | "never";

/** What a run may do to a database in a state, of what there is to do. */
export interface Allowed {
  /** `ask`: after a person said yes. */
  readonly record: "do" | "ask" | "no";
  readonly run: "do" | "ask" | "no";
}

/** The table "What `--database` may do" of docs/cli.md. A dry run does nothing of it. */
const TABLE: Readonly<Record<StateName, Readonly<Record<Confirmation, Allowed>>>> = {
  head: {
    default: { record: "do", run: "no" },
    always: { record: "ask", run: "no" },
    never: { record: "do", run: "no" },
  },
  partial: {
    default: { record: "do", run: "ask" },
    always: { record: "ask", run: "ask" },
    never: { record: "do", run: "do" },
  },
  empty: {
    default: { record: "no", run: "ask" },
    always: { record: "no", run: "ask" },
    never: { record: "no", run: "do" },
  },
  drift: {
    default: { record: "no", run: "no" },
    always: { record: "no", run: "no" },
    never: { record: "no", run: "no" },
  },
};

export function allowedIn(state: StateName, confirmation: Confirmation): Allowed {
  return TABLE[state][confirmation];
}
