import type { DriftEntry } from "../store/drift.ts";
import type { ApplyRequest } from "./apply-types.ts";
import type { Assessment } from "./assess.ts";

/** Asked before migrations run. */
export function runQuestion({ target }: ApplyRequest, { state, pending }: Assessment): string {
  const [first] = pending;
  const last = pending.at(-1);
  const which = pending.length === 1 ? `${first}` : `${pending.length} migrations, ${first} to ${last}`;
  return state === "empty" ? `Build the schema (${which}) in ${target.description}?` : `Run ${which} on ${target.description}?`;
}

/** Asked before the record is written. */
export function recordQuestion(
  { target }: ApplyRequest,
  { missing, ignored }: { readonly missing: readonly string[]; readonly ignored: readonly DriftEntry[] },
): string {
  const what = [
    ...(missing.length > 0 ? [`${missing.length} migrations`] : []),
    ...(ignored.length > 0 ? [`${ignored.length} ignored differences`] : []),
  ];
  return `Write the record of ${what.join(" and ")} (schema pggit) to ${target.description}?`;
}
