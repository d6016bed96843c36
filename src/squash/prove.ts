import type { RowReadOptions } from "../catalog/rows.ts";
import type { Shadow } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import { ok } from "../model/failure.ts";
import type { Result } from "../model/failure.ts";
import type { Squash, SquashInput } from "../model/squash.ts";
import type { MadeMerge, Merged } from "./merge.ts";
import { concerns, findBlame, trialWithout } from "./prove-search.ts";
import type { Search } from "./prove-search.ts";
import { describeDifference, firstLine } from "./prove-trial.ts";
import type { SquashExpectation, Trial } from "./prove-trial.ts";

export { readExpectation } from "./prove-trial.ts";
export type { SquashExpectation } from "./prove-trial.ts";

export interface SquashProofInput {
  readonly inputs: readonly SquashInput[];
  /** What the replay of the original gave: `readExpectation` on its shadow, with the same `reading`. */
  readonly expected: SquashExpectation;
  readonly reading: RowReadOptions;
  /** Gives a fresh shadow like the one of the replay. Every one is closed here. */
  readonly openShadow: () => Promise<Result<Shadow>>;
  /** How many trials may be made (each merges, runs and compares everything; default 60). Then merges are given up in bulk. */
  readonly attempts?: number;
}

type TakenBack = { readonly merge: MadeMerge; readonly difference: string };

/** What a trial has against a merge, in one sentence. */
function complaint(trial: Trial, merge: MadeMerge): string {
  if (trial.kind === "error") return `${trial.message} (in: ${firstLine(trial.statement.sql)})`;
  if (trial.kind === "equal") return "";
  const difference = trial.differences.find((each) => concerns(merge, each.identity)) ?? trial.differences[0];
  return difference === undefined ? "" : describeDifference(difference);
}

function takeBack(
  search: Search,
  merged: Merged,
  blame: { readonly steps: readonly string[]; readonly trial: Trial },
): readonly TakenBack[] {
  const steps = new Set(blame.steps);
  for (const step of steps) search.skip.add(step);
  return merged.merges.flatMap((merge) => {
    const parts = merge.parts.filter((part) => steps.has(part));
    return parts.length === 0 ? [] : [{ merge: { ...merge, parts }, difference: complaint(blame.trial, merge) }];
  });
}

function plain(merge: MadeMerge): Squash["merges"][number] {
  const { parts: _parts, ...rest } = merge;
  return rest;
}

function asDifference(trial: Extract<Trial, { kind: "error" }>): CatalogDifference {
  return {
    identity: firstLine(trial.statement.sql),
    kind: "catalog-row",
    what: "different",
    aspect: "execution",
    expected: "done",
    found: trial.message,
  };
}

function differencesOf(trial: Trial): readonly CatalogDifference[] {
  if (trial.kind === "equal") return [];
  return trial.kind === "different" ? trial.differences : [asDifference(trial)];
}

interface Conclusion {
  readonly merged: Merged;
  readonly trial: Trial;
  readonly takenBack: readonly TakenBack[];
}

function conclude(search: Search, { merged, trial, takenBack }: Conclusion): Squash {
  const loose = search.ground.reading.nondeterministic.length > 0;
  return {
    statements: merged.statements,
    merges: merged.merges.map(plain),
    takenBack: takenBack.map(({ merge, difference }) => ({ merge: plain(merge), difference })),
    kept: merged.kept,
    elided: merged.elided,
    proof: {
      proven: trial.kind === "equal",
      engine: trial.engine,
      rows: trial.kind === "equal" ? trial.rows : 0,
      differences: differencesOf(trial),
      notCovered: loose ? ["values that differ from run to run: only whether they are NULL was compared"] : [],
    },
  };
}

/**
 * Squashes a history and proves the result: it runs on a fresh shadow in one transaction, and both judges of the catalog and the
 * seed rows are compared with those of the original replay. A merge that breaks equality is found by halving, taken back and
 * listed; where even the statements without a merge do not reproduce the original, the proof says so with the differences. Fails
 * only where no shadow can be opened.
 */
export async function proveSquash(input: SquashProofInput): Promise<Result<Squash>> {
  const { inputs, expected, reading, openShadow } = input;
  const search: Search = { inputs, ground: { expected, reading, openShadow, spare: null }, skip: new Set(), left: input.attempts ?? 60 };
  try {
    return await searchProof(search);
  } finally {
    await search.ground.spare?.close();
  }
}

async function searchProof(search: Search): Promise<Result<Squash>> {
  const takenBack: TakenBack[] = [];
  for (;;) {
    const tried = await trialWithout(search, []);
    if (tried.kind === "failed") return tried;
    const { merged, trial } = tried.value;
    const conclusion = { merged, trial, takenBack };
    if (trial.kind === "equal" || merged.merges.length === 0) return ok(conclude(search, conclusion));
    const blame = await findBlame(search, tried.value);
    if (blame.kind === "failed") return blame;
    if (blame.value.length === 0) return ok(conclude(search, conclusion));
    takenBack.push(...takeBack(search, merged, { steps: blame.value, trial }));
  }
}
