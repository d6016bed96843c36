import type { SchemaHistory } from "../../adapters/adapter.ts";
import type { AppliedMigration } from "../model/applied.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Migration } from "../model/history.ts";
import { findPastContents, type PastContent } from "../provenance/past-contents.ts";

/** What the database ran and the files do not say any more. */
export interface LostContents {
  readonly changed: readonly { readonly migration: Migration; readonly row: AppliedMigration }[];
  readonly missing: readonly AppliedMigration[];
}

/** A content that git still has, told by its checksum. */
export interface RecoveredContent {
  readonly row: AppliedMigration;
  /** Relative to the root: where the file is, or was. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly commit: string;
  /** What stands in the place of the question that the mismatch raised. */
  readonly question: { readonly migration: string | null; readonly draft: EdgeCaseDraft };
}

/**
 * Looks in git for what was run: the content whose checksum is the one in the tool's table, of a file of that name anywhere below the root, in any commit of any
 * branch. `ReadOptions.contents` takes what comes out, so that the history is read as it was run. What is not found stays a question.
 */
export async function recoverApplied(
  root: string,
  lost: LostContents,
  source: Pick<SchemaHistory, "isSource">,
): Promise<readonly RecoveredContent[]> {
  const wanted = [
    ...lost.changed.map(({ migration, row }) => ({ row, migration, path: pathOf(migration) ?? row.script })),
    ...lost.missing.map((row) => ({ row, migration: null, path: row.script })),
  ].filter(({ row }) => row.checksum !== null);
  const past = await findPastContents(root, [...new Set(wanted.map(({ path }) => fileName(path)))]);
  const recovered: RecoveredContent[] = [];
  for (const { row, migration, path } of wanted) {
    for (const candidate of past.get(fileName(path)) ?? []) {
      const content = await candidate.read();
      if (content === null || !source.isSource(content, row)) continue;
      const place = migration === null ? candidate.path : path;
      const draft = migration === null ? goneQuestion(row, { candidate, content }) : editedQuestion(migration, { candidate, content, row });
      recovered.push({ row, path: place, content, commit: candidate.commit, question: { migration: migration?.id ?? null, draft } });
      break;
    }
  }
  return recovered;
}

function pathOf(migration: Migration): string | null {
  return migration.files.find(({ role }) => role === "up" || role === "both")?.path ?? null;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const shown = 2_000;

interface Found {
  readonly candidate: PastContent;
  readonly content: Uint8Array;
}

function base({ candidate, content }: Found): Pick<EdgeCaseDraft, "kind" | "source" | "suggestion" | "evidence"> {
  return {
    kind: "history-mismatch",
    source: { location: { file: candidate.path, line: 1 }, text: Buffer.from(content).toString("utf8").slice(0, shown) },
    suggestion: null,
    evidence: [
      {
        part: "read",
        statement: `${candidate.path} in commit ${candidate.commit.slice(0, 12)} (${candidate.date.slice(0, 10)}, ${candidate.author}) has the checksum that the database has`,
        value: 1,
      },
    ],
  };
}

function editedQuestion(migration: Migration, { row, ...found }: Found & { readonly row: AppliedMigration }): EdgeCaseDraft {
  return {
    ...base(found),
    title: `${migration.id} was edited after it was applied; the history has what was run`,
    question: `${migration.id} was applied on ${row.installedOn.slice(0, 10)} with the checksum ${row.checksum ?? ""}, and its file was edited since. Commit ${found.candidate.commit.slice(0, 12)} has the text that was run; it was taken in place of the file. Is that right?`,
    action: "Keep it: the database has what this text made. If the edit is wanted there too, it belongs into a migration of its own.",
    risk: "MEDIUM",
    choices: ["keep", "edit", "exclude"],
  };
}

function goneQuestion(row: AppliedMigration, found: Found): EdgeCaseDraft {
  return {
    ...base(found),
    title: `${row.script} was applied, its file is gone; the history has it from git`,
    question: `${row.script} was applied on ${row.installedOn.slice(0, 10)} and is not among the files any more. Commit ${found.candidate.commit.slice(0, 12)} has the text that was run; it was taken into the history. Is that right?`,
    action: "Keep it: the database was made with it. Exclude it only if what it did was undone outside of the history.",
    risk: "MEDIUM",
    choices: ["keep", "edit", "exclude"],
  };
}
