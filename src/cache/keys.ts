import { createHash } from "node:crypto";
import type { History, Migration, Step } from "../model/history.ts";
import { PRODUCERS, type Steps } from "./answers.ts";

/** What results depend on beside the history: the program as it was built, its libraries and with them the embedded PostgreSQL, and how the shadow is opened. */
export interface Conditions {
  readonly build: string;
  readonly extensions: readonly string[];
  readonly statementTimeoutMs: number;
  /** Whether rows were made in the tables. How is part of the build. */
  readonly rowProof: "on" | "off";
}

/** The place before the first migration (SHA-256, hexadecimal). */
export function firstKey(history: History, conditions: Conditions): string {
  const { tool, preparation, resetBetween, bookkeeping, bookkeepingSql, runsOutsideTransaction } = history;
  return digest([conditions, { tool, preparation, resetBetween, bookkeeping, bookkeepingSql, runsOutsideTransaction }]);
}

/** The place behind a migration: what it is and does, and everything before it. Who wrote it and when changes nothing. */
export function nextKey(previous: string, migration: Migration, steps: Steps): string {
  const { id, type, version, name, files, transaction, environment, downOrigin, entry, keepsData } = migration;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([previous, { id, type, version, name, files, transaction, environment, downOrigin, entry, keepsData }]));
  for (const producer of PRODUCERS) for (const step of steps[producer]) for (const part of partsOf(producer, step)) hash.update(part);
  return hash.digest("hex");
}

/** A step in pieces, each behind its length: the rows of a COPY may be too long to be part of another text. */
function partsOf(producer: string, step: Step): readonly string[] {
  const texts =
    step.kind === "custom-code" ? [step.text, step.language, step.reason] : step.kind === "copy" ? [step.sql, step.data] : [step.sql];
  return [`${producer} ${step.kind} ${JSON.stringify(step.location)}`, ...texts.flatMap((text) => [`${text.length}:`, text])];
}

/** A baseline by what it stands for and what it does. */
export interface BaselineSteps {
  readonly id: string;
  readonly through: string;
  readonly steps: Steps;
}

/** The place behind the whole history, with the baselines that were compared with it. */
export function outcomeKey(last: string, baselines: readonly BaselineSteps[]): string {
  return digest([last, baselines]);
}

function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
