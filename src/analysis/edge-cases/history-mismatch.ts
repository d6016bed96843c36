import type { AppliedHistory, AppliedMigration } from "../../model/applied.ts";
import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import type { Migration } from "../../model/history.ts";

interface Pair {
  readonly migration: Migration;
  readonly row: AppliedMigration;
}

function draft(question: Omit<EdgeCaseDraft, "kind" | "suggestion" | "evidence">): EdgeCaseDraft {
  return { kind: "history-mismatch", suggestion: null, evidence: [], ...question };
}

function fileOf(migration: Migration | undefined): string | null {
  return migration?.files.find(({ role }) => role === "up" || role === "both")?.path ?? null;
}

function when({ installedOn, installedBy }: AppliedMigration): string {
  return `on ${installedOn.slice(0, 10)} by ${installedBy}`;
}

function sayRow(row: AppliedMigration): string {
  return row.version === null ? `the repeatable "${row.description}"` : `version ${row.version} (${row.description || row.script})`;
}

/** A file that was edited after it was applied: the database has what it was, the file says what it is. */
export function changedQuestion({ migration, row }: Pair): EdgeCaseDraft {
  const file = fileOf(migration);
  return draft({
    title: `${migration.id} was edited after it was applied`,
    question: `${migration.id} was applied ${when(row)} with the checksum ${row.checksum ?? ""}; its file has ${migration.checksum ?? ""} now. Which of the two is the history?`,
    action:
      "Keep the file as it is if the edit changed nothing that counts; give the text that was run (edit); or leave the migration out.",
    risk: "HIGH",
    source: file === null ? null : { location: { file, line: 1 }, text: "" },
    choices: ["keep", "edit", "exclude"],
  });
}

/** Applied, and its file is gone. */
export function missingQuestion(row: AppliedMigration, table: AppliedHistory | null): EdgeCaseDraft {
  return draft({
    title: `${row.script || sayRow(row)} was applied, and its file is gone`,
    question: `${table?.table ?? "The table"} says that ${sayRow(row)} was applied ${when(row)} as ${row.script}; no such file is there. What did it do?`,
    action: "Bring the file back, give its SQL (edit), or leave it out of the history if what it did is gone too.",
    risk: "HIGH",
    source: { location: { file: row.script, line: 1 }, text: "" },
    choices: ["edit", "exclude"],
  });
}

/** Broken off outside of a transaction: some of it may be there. */
export function failedQuestion(row: AppliedMigration, table: AppliedHistory | null): EdgeCaseDraft {
  return draft({
    title: `${sayRow(row)} failed in this database`,
    question: `${table?.table ?? "The table"} has ${sayRow(row)} as failed ${when(row)}: it ran without a transaction, so a part of it may stand. Is the database to be taken as it was before it?`,
    action: "Undo by hand what it left (an invalid index, for one) and say keep: it then runs again. Exclude leaves it out.",
    risk: "HIGH",
    source: { location: { file: row.script, line: 1 }, text: "" },
    choices: ["keep", "exclude"],
  });
}

/** In the database later versions came first: a fresh installation runs them the other way round. One question, however many there are. */
export function outOfOrderQuestion(pairs: readonly Pair[]): EdgeCaseDraft {
  const shown = pairs.slice(0, 5).map(({ migration }) => migration.id);
  const more = pairs.length > shown.length ? ` and ${pairs.length - shown.length} more` : "";
  const file = fileOf(pairs[0]?.migration);
  return draft({
    title: `${pairs.length === 1 ? "A migration was" : `${pairs.length} migrations were`} applied out of order`,
    question: `${shown.join(", ")}${more} came into this database after later versions. The converted history runs them by version, as a fresh installation does. Is that the order that counts?`,
    action: "Keep it if the order does not matter for these; the comparison with the database shows whether it does.",
    risk: "LOW",
    source: file === null ? null : { location: { file, line: 1 }, text: "" },
    choices: ["keep"],
  });
}

/** Older than what is applied, and not applied itself. */
export function passedOverQuestion(migration: Migration | undefined): EdgeCaseDraft {
  const id = migration?.id ?? "";
  const file = fileOf(migration);
  return draft({
    title: `${id} is not applied although a later version is`,
    question: `The source tool passes ${id} over unless it is told to run out of order. Is it to run now?`,
    action: "Keep it to have it run after what is there already, or leave it out.",
    risk: "MEDIUM",
    source: file === null ? null : { location: { file, line: 1 }, text: "" },
    choices: ["keep", "exclude"],
  });
}
