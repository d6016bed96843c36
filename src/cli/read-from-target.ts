import type { Adapter, ReadOptions } from "../../adapters/adapter.ts";
import { withTarget } from "../apply/apply-to-database.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import { ok, type Result } from "../model/failure.ts";
import type { History } from "../model/history.ts";
import { readAsApplied, type HistoryAsApplied } from "../read-as-applied.ts";

/**
 * Reads a history as a database had it run: what its tool's table says and the files do not say any more is taken from git, and is a question of its migration. The
 * database is opened read-only and closed before anything else is done.
 */
export function readFromTarget(
  database: string,
  signal: AbortSignal,
): (adapter: Adapter, options: ReadOptions) => Promise<Result<History>> {
  return (adapter, options) =>
    withTarget({ database, access: "read-only", signal }, async (target) => {
      const { session } = target;
      const read = await readAsApplied(adapter, options, { rows: (sql, parameters) => session.rows(sql, parameters) });
      return read.kind === "failed" ? read : ok(withQuestions(read.value));
    });
}

/** What counts as the history is a matter of the plan; where the database stands in it is looked at anew by every run. */
function withQuestions({ history, match, recovered }: HistoryAsApplied): History {
  const edited = new Set(match.changed.map(({ migration }) => migration.id));
  const questions: { readonly migration: string | null; readonly draft: EdgeCaseDraft }[] = [
    ...match.questions.filter(({ migration }) => migration !== null && edited.has(migration)),
    ...recovered.map(({ row, question }) => ({
      migration: question.migration ?? match.applied.find((id) => id === row.migration) ?? idOfVersion(history, row.version),
      draft: question.draft,
    })),
  ];
  if (questions.length === 0) return history;
  return {
    ...history,
    migrations: history.migrations.map((migration) => ({
      ...migration,
      edgeCases: [...migration.edgeCases, ...questions.filter((one) => one.migration === migration.id).map(({ draft }) => draft)],
    })),
  };
}

/** A file that is gone has no migration before it was taken from git. */
function idOfVersion(history: History, version: string | null): string | null {
  return history.migrations.find((migration) => version !== null && migration.version === version)?.id ?? null;
}
