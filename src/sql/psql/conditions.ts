/** One open `\if` of a file. */
export interface Condition {
  /** `true`: this branch runs. `false`: none has run yet. `done`: one has run already. `ignored`: the whole is inside a branch that does not run. `unknown`: only the database knows which runs. */
  state: "true" | "false" | "done" | "ignored" | "unknown";
  /** `\else` was seen. */
  last: boolean;
  /** Where `\if` stands. */
  readonly start: number;
  /** Why the condition is not known. */
  readonly reason: string | null;
}

/** Whether what is read now is carried out: every open condition has its branch. */
export function isActive(conditions: readonly Condition[]): boolean {
  return conditions.at(-1)?.state === "true" || conditions.length === 0;
}

/** What the words after `\if` or `\elif` say. */
export type Verdict = { readonly kind: "known"; readonly value: boolean } | { readonly kind: "unknown"; readonly reason: string };

/** Opens an `\if`. The verdict is asked for only where the surroundings run. */
export function openCondition(conditions: Condition[], start: number, verdict: () => Verdict): void {
  if (!isActive(conditions)) {
    conditions.push({ state: "ignored", last: false, start, reason: null });
    return;
  }
  const found = verdict();
  if (found.kind === "unknown") conditions.push({ state: "unknown", last: false, start, reason: found.reason });
  else conditions.push({ state: found.value ? "true" : "false", last: false, start, reason: null });
}

/** Goes on to `\elif`. Gives why it cannot, or `null`. */
export function continueCondition(conditions: Condition[], verdict: () => Verdict): string | null {
  const current = conditions.at(-1);
  if (current === undefined) return "\\elif without \\if";
  if (current.last) return "\\elif after \\else";
  if (current.state === "true") current.state = "done";
  if (current.state !== "false") return null;
  const found = verdict();
  if (found.kind === "unknown") conditions[conditions.length - 1] = { ...current, state: "unknown", reason: found.reason };
  else if (found.value) current.state = "true";
  return null;
}

/** Goes on to `\else`. Gives why it cannot, or `null`. */
export function turnCondition(conditions: Condition[]): string | null {
  const current = conditions.at(-1);
  if (current === undefined) return "\\else without \\if";
  if (current.last) return "a second \\else";
  current.last = true;
  if (current.state === "true") current.state = "done";
  else if (current.state === "false") current.state = "true";
  return null;
}
