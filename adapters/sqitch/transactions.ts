import type { Step, TransactionMode } from "../../src/model/history.ts";

type Control = "begin" | "commit" | "rollback";

/** What a statement of transaction control does; `null` for every other step, savepoints included. */
export function controlOf(step: Step): Control | null {
  if (step.kind !== "statement") return null;
  if (/^(?:begin|start\s+transaction)\b/i.test(step.sql)) return "begin";
  if (/^(?:commit|end)\b/i.test(step.sql) && !/\bprepared\b/i.test(step.sql)) return "commit";
  return /^(?:rollback|abort)\b/i.test(step.sql) && !/\bto\b|\bprepared\b/i.test(step.sql) ? "rollback" : null;
}

/** `BEGIN` in a form that says nothing of its own: no isolation level, no access mode. */
const PLAIN_BEGIN = /^(?:begin(?:\s+(?:work|transaction))?|start\s+transaction)$/i;

/** Settings of the session, which hold in a transaction as they do before it. */
const SETTING = /^(?:set\s+(?!local\b|transaction\b|constraints\b)|reset\s)/i;

/**
 * A script whose statements all stand between one `BEGIN` and one `COMMIT` runs in one transaction, and the pair is taken off: psql stops
 * at the first error, and the connection's end takes back what was begun. Any other script runs as it is written.
 */
export function unwrapTransaction(steps: readonly Step[]): { readonly steps: readonly Step[]; readonly transaction: TransactionMode } {
  const controls = steps.flatMap((step, index) => (controlOf(step) === null ? [] : [index]));
  const [begin, commit, third] = controls;
  if (begin === undefined) return { steps, transaction: "file" };
  const first = steps[begin];
  const last = commit === undefined ? undefined : steps[commit];
  const isPair =
    third === undefined &&
    commit !== undefined &&
    first?.kind === "statement" &&
    PLAIN_BEGIN.test(first.sql) &&
    last !== undefined &&
    controlOf(last) === "commit" &&
    !(last.kind === "statement" && /\bchain\b/i.test(last.sql)) &&
    [...steps.slice(0, begin), ...steps.slice(commit + 1)].every((step) => step.kind === "statement" && SETTING.test(step.sql));
  return isPair
    ? { steps: steps.filter((_, index) => index !== begin && index !== commit), transaction: "one" }
    : { steps, transaction: "file" };
}

/**
 * A deploy script without the transactions that it rolls back as a whole: nothing of them stays, and what comes after does not see them.
 * Gives the steps that are left and how many statements were taken back.
 */
export function withoutRolledBack(steps: readonly Step[]): { readonly steps: readonly Step[]; readonly rolledBack: number } {
  const kept: Step[] = [];
  let open: number | null = null;
  let rolledBack = 0;
  for (const step of steps) {
    const control = controlOf(step);
    if (control === "begin") open ??= kept.length;
    if (control === "rollback" && open !== null) {
      rolledBack += kept.length - open - 1;
      kept.length = open;
    } else kept.push(step);
    if (control === "commit" || control === "rollback") open = null;
  }
  return { steps: kept, rolledBack };
}

/** The statements of a script that take effect, without transaction control: what stands before a `ROLLBACK` in its transaction does not. */
export function effectiveSteps(steps: readonly Step[]): readonly Step[] {
  const kept: Step[] = [];
  let open: number | null = null;
  for (const step of steps) {
    const control = controlOf(step);
    if (control === null) kept.push(step);
    else if (control === "begin") open ??= kept.length;
    else {
      if (control === "rollback" && open !== null) kept.length = open;
      open = null;
    }
  }
  // The end of the connection takes back what was begun and not committed.
  if (open !== null) kept.length = open;
  return kept;
}
