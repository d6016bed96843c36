import type { DatabaseError } from "../model/replay.ts";
import type { SourceLocation } from "../model/source.ts";

/** Where in the file an error stands: PostgreSQL's position inside the statement, counted on from where the statement begins. */
export function locateError(sql: string, start: SourceLocation, error: DatabaseError): SourceLocation {
  if (error.offset === null || error.offset < 0 || error.offset > sql.length) return start;
  const before = sql.slice(0, error.offset);
  const lines = before.split("\n");
  const last = lines.at(-1) ?? "";
  const column = lines.length === 1 ? (start.column ?? 1) + last.length : last.length + 1;
  return { file: start.file, line: start.line + lines.length - 1, column };
}
