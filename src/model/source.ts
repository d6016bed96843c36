/** A place in one of the user's files. `file` is relative to the project root with `/`; lines and columns start at 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** `db/V3__x.sql:12` or `db/V3__x.sql:12:5`, the form that terminals and editors follow. */
export function formatLocation(location: SourceLocation): string {
  const column = location.column === undefined ? "" : `:${location.column}`;
  return `${location.file}:${location.line}${column}`;
}
