import type { Failure } from "../model/failure.ts";
import type { Assessment, StateName } from "./assess.ts";
import type { Ask } from "./apply-types.ts";

/** Asks, and gives what to say where the answer is not yes. */
export async function requireYes(ask: Ask, question: string): Promise<Failure | null> {
  const answer = await ask(question);
  if (answer === "yes") return null;
  if (answer === "no") {
    return {
      kind: "failure",
      code: "not-confirmed",
      message: "Not confirmed: nothing more was done.",
      location: null,
      hint: "Run the same command again when you are sure.",
      exitCode: 5,
    };
  }
  return {
    kind: "failure",
    code: "confirmation-needed",
    message: `A person has to confirm, and there is no terminal to ask on: ${question}`,
    location: null,
    hint: "Run it on a terminal, or with --yolo, which asks nothing.",
    exitCode: 5,
  };
}

const shownDifferences = 20;

/** The database is not what the history gives: what differs, and the ways on. */
export function driftRefusal({ drift, applied, basis }: Assessment): Failure {
  const shown = drift.slice(0, shownDifferences).map(({ text }) => text);
  const more = drift.length > shown.length ? `; and ${drift.length - shown.length} more` : "";
  const point = applied.at(-1) ?? "the beginning";
  const told = { record: "its record", "history-table": "the schema history table", catalog: "its catalog, which is nearest to it" }[basis];
  const count = drift.length === 1 ? "1 object differs" : `${drift.length} objects differ`;
  return {
    kind: "failure",
    code: "drift",
    message: `The database is not as the history gives it at ${point} (by ${told}): ${count}. ${shown.join("; ")}${more}.`,
    location: drift[0]?.identity ?? null,
    hint: "Ways on: adopt (`pggit migrate --database …` makes it a migration of the plan), revert (pggit undoes it with proven SQL), or ignore: each by drift: in decisions.yaml, with a reason (docs/formats.md); then run the same command again.",
    exitCode: 4,
  };
}

/** The source tool is at work there, or a run of it was killed: its migrations and these would cross. */
export function toolHoldsLock(holder: string, tool: string): Failure {
  return {
    kind: "failure",
    code: "tool-holds-lock",
    message: `Nothing was run: ${tool} holds its own lock of this database (${holder}).`,
    location: null,
    hint: `Wait for its run to end. If it is gone, release the lock with ${tool}'s own command (liquibase releaseLocks).`,
    exitCode: 4,
  };
}

export function unexpectedState(expected: StateName, found: StateName): Failure {
  return {
    kind: "failure",
    code: "unexpected-state",
    message: `The database was expected to be ${said(expected)}, and is ${said(found)}.`,
    location: null,
    hint: "Check that it is the right database; `pggit status --database …` shows where it stands.",
    exitCode: 4,
  };
}

function said(state: StateName): string {
  const words: Record<StateName, string> = {
    empty: "empty",
    head: "at the head of the history",
    partial: "part of the way",
    drift: "different from the history",
  };
  return words[state];
}
