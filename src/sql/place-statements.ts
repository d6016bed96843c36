import { splitStatements } from "./split.ts";
import type { SourceLocation } from "../model/source.ts";

/** One statement of a text that a migration sends, and where it stands. */
export interface PlacedStatement {
  readonly sql: string;
  readonly location: SourceLocation;
}

/** The statements of a text whose first line stands at `location`. */
export function placeStatements(text: string, location: SourceLocation): readonly PlacedStatement[] {
  return splitStatements(text).map(({ sql, line }) => ({
    sql,
    location: line === 1 ? location : { file: location.file, line: location.line + line - 1 },
  }));
}

/** Whether a text only asks. */
export function isSelect(sql: string): boolean {
  return (
    /^\s*(?:select|show|with\b(?![^]*\b(?:insert|update|delete)\b)|explain|values|table)\b/i.test(sql) &&
    !/\b(?:nextval|setval)\s*\(/i.test(sql)
  );
}
