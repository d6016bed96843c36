import { ok } from "../model/failure.ts";
import type { Result } from "../model/failure.ts";
import type { SquashInput } from "../model/squash.ts";
import { everyStep, mergeStatements } from "./merge.ts";
import type { MadeMerge, Merged } from "./merge.ts";
import { tryStatements } from "./prove-trial.ts";
import type { Trial, TrialGround } from "./prove-trial.ts";

/** Finds the merge steps to blame for what a trial showed, by leaving steps out and trying again. */
export interface Search {
  readonly inputs: readonly SquashInput[];
  readonly ground: TrialGround;
  /** Steps that were taken back. */
  readonly skip: Set<string>;
  /** Trials that may still be made before steps are given up in bulk. */
  left: number;
}

export interface Tried {
  readonly merged: Merged;
  readonly trial: Trial;
}

/** Merges without some more steps, and tries the result. */
export async function trialWithout(search: Search, steps: Iterable<string>): Promise<Result<Tried>> {
  search.left--;
  const merged = mergeStatements(search.inputs, { skip: new Set([...search.skip, ...steps]) });
  const trial = await tryStatements(merged.statements, search.ground);
  return trial.kind === "failed" ? trial : ok({ merged, trial: trial.value });
}

/** How bad a trial was: nothing, the number of differences, or how much of the input an error kept from running. */
function weigh(search: Search, trial: Trial): number {
  if (trial.kind === "equal") return 0;
  if (trial.kind === "different") return trial.differences.length;
  const [origin] = trial.statement.origins;
  const at = search.inputs.findIndex((input) => input.step.location === origin?.location);
  return 1e9 + search.inputs.length - at;
}

/** Names in a text that are longer than a keyword abbreviation and say which object is meant. */
function tellingWords(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => text.match(/[\p{L}_][\p{L}\p{N}_$]{2,}/gu) ?? []);
  return [...new Set(words)].filter((word) => word !== "public" && !word.startsWith("pg_"));
}

/** The steps of merges whose SQL names one of the words. */
function stepsNaming(merged: Merged, words: readonly string[]): readonly string[] {
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const names = (sql: string): boolean => (sql.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).some((word) => wanted.has(word));
  return merged.merges.filter((merge) => [...merge.before, ...merge.after].some(names)).flatMap((merge) => merge.parts);
}

/** Sets of steps to suspect, the narrowest first: those into what failed or differs, then those that name it, then all. */
function suspects(search: Search, merged: Merged, trial: Trial): readonly (readonly string[])[] {
  const all = [...everyStep(search.inputs)].filter((step) => !search.skip.has(step));
  if (trial.kind === "equal") return [];
  const into = (sql: string): readonly string[] =>
    merged.merges.filter((merge) => merge.after.includes(sql)).flatMap((merge) => merge.parts);
  const sets =
    trial.kind === "error"
      ? [into(trial.statement.sql), stepsNaming(merged, tellingWords([trial.message]))]
      : [stepsNaming(merged, tellingWords(trial.differences.slice(0, 400).map((difference) => difference.identity)))];
  return [...sets.filter((set) => set.length > 0 && set.length < all.length), all];
}

/** The smallest part of `steps` that is found to do as well when it is left out alone (Zeller's ddmin, bounded by the trials left). */
async function minimise(search: Search, steps: readonly string[], target: number): Promise<Result<readonly string[]>> {
  let blamed = steps;
  let pieces = 2;
  const limit = search.left - 24;
  while (blamed.length > 1 && pieces <= blamed.length && search.left > Math.max(4, limit)) {
    const size = Math.ceil(blamed.length / pieces);
    const chunks = Array.from({ length: Math.ceil(blamed.length / size) }, (_, index) => blamed.slice(index * size, (index + 1) * size));
    const rests = pieces === 2 ? [] : chunks.map((chunk) => blamed.filter((step) => !chunk.includes(step)));
    let smaller: readonly string[] | null = null;
    for (const candidate of [...chunks, ...rests]) {
      if (search.left <= 4) break;
      const tried = await trialWithout(search, candidate);
      if (tried.kind === "failed") return tried;
      if (weigh(search, tried.value.trial) > target) continue;
      smaller = candidate;
      break;
    }
    if (smaller === null) pieces *= 2;
    else {
      pieces = smaller.length < blamed.length / 2 + 1 ? 2 : Math.max(pieces - 1, 2);
      blamed = smaller;
    }
  }
  return ok(blamed);
}

/** The steps to take back after a trial that was not equal; an empty list where no step is to blame. */
export async function findBlame(search: Search, tried: Tried): Promise<Result<readonly string[]>> {
  const bad = weigh(search, tried.trial);
  for (const steps of suspects(search, tried.merged, tried.trial)) {
    if (search.left <= 4) return ok([...everyStep(search.inputs)]);
    const without = await trialWithout(search, steps);
    if (without.kind === "failed") return without;
    const target = weigh(search, without.value.trial);
    if (target < bad) return await minimise(search, steps, target);
  }
  return ok([]);
}

/** Which of a trial's findings a merge may have brought about: the first that names what it names. */
export function concerns(merge: MadeMerge, identity: string): boolean {
  const words = tellingWords([identity]);
  return [...merge.before, ...merge.after].some((sql) => words.some((word) => sql.includes(word)));
}
