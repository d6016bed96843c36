import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Migration } from "../model/history.ts";
import { objectKey } from "../model/object.ts";
import type { DatabaseError, ExecutedStatement } from "../model/replay.ts";
import { compressionUnavailable, extensionUnavailable, replayFailure } from "./edge-cases.ts";

/** Remembers which extensions could not be had and what could not be made without them, so that one cause is one question. */
export interface FailureLog {
  /** The statements with their failures explained, and the questions that they raise. */
  explain(
    statements: readonly ExecutedStatement[],
    migration: Migration,
  ): { readonly statements: readonly ExecutedStatement[]; readonly edgeCases: readonly EdgeCaseDraft[] };
}

/** Undefined type, function, operator class, column, table or schema: what is missing when an extension is. */
const MISSING: ReadonlySet<string> = new Set(["42704", "42883", "42P01", "42703", "3F000"]);

export function createFailureLog(engine: { readonly embedded: boolean }): FailureLog {
  const unavailable = new Map<string, string>();
  const tainted = new Map<string, string>();

  const taint = (statement: ExecutedStatement, extension: string): void => {
    for (const change of statement.parsed?.changes ?? []) {
      for (const object of [...change.writes, ...(change.object === null ? [] : [change.object])]) tainted.set(nameKey(object), extension);
    }
  };
  const causeOf = (statement: ExecutedStatement, error: DatabaseError): string | null => {
    const objects = (statement.parsed?.changes ?? []).flatMap((change) => [...change.reads, ...change.writes]);
    for (const object of objects) {
      const extension = tainted.get(nameKey(object));
      if (extension !== undefined) return extension;
    }
    const [only] = unavailable.keys();
    // A type or function that nobody made, after an extension could not be had: it is the extension's until that is tried.
    return only !== undefined && ["42704", "42883"].includes(error.code) ? only : null;
  };

  return {
    explain(statements, migration) {
      const edgeCases: EdgeCaseDraft[] = [];
      const explained = statements.map((statement): ExecutedStatement => {
        if (statement.outcome.kind !== "failed") return statement;
        const { error } = statement.outcome;
        const extension = wantedExtension(statement, error);
        if (extension !== null) {
          if (!unavailable.has(extension)) {
            unavailable.set(extension, migration.id);
            edgeCases.push(extensionUnavailable(statement, extension, { migration, embedded: engine.embedded }));
          }
          return { ...statement, outcome: { ...statement.outcome, because: `extension ${extension}` } };
        }
        const cause = MISSING.has(error.code) ? causeOf(statement, error) : null;
        if (cause !== null) {
          taint(statement, cause);
          return { ...statement, outcome: { ...statement.outcome, because: `extension ${cause}` } };
        }
        const lz4 = engine.embedded && /lz4/i.test(error.message);
        edgeCases.push(lz4 ? compressionUnavailable(statement, error, migration) : replayFailure(statement, error, migration));
        return statement;
      });
      return { statements: explained, edgeCases };
    },
  };
}

function nameKey(object: Parameters<typeof objectKey>[0]): string {
  return (object.parent ?? object.name).toLowerCase();
}

/** The extension that a failed CREATE EXTENSION wanted, where it failed because it is not installed. */
function wantedExtension({ parsed }: ExecutedStatement, error: DatabaseError): string | null {
  const created = parsed?.changes.find(({ kind }) => kind === "create-extension");
  if (created?.object === undefined || created.object === null) return null;
  return ["0A000", "58P01", "22023", "42704"].includes(error.code) ? created.object.name : null;
}
