import type { SourceLocation } from "../model/source.ts";
import { locateError } from "../replay/position.ts";
import { nextToken } from "../sql/lexer.ts";
import { unquoteIdentifier } from "../sql/names.ts";

/**
 * Where in a file a part is spoken of: the line of its name in the statement that changed it, or the statement's own where the name does not stand there (a default name,
 * `SELECT *`). Only SQL files hold their statements as they are; elsewhere it is always the statement's own.
 */
export function placeInStatement(
  part: { readonly kind: string; readonly name: string },
  { sql, location }: { readonly sql: string; readonly location: SourceLocation },
): SourceLocation {
  if (!location.file.toLowerCase().endsWith(".sql")) return location;
  for (let token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) {
    const named = token.kind === "word" || token.kind === "quoted-identifier";
    if (!named || unquoteIdentifier(sql.slice(token.start, token.end)) !== part.name) continue;
    return locateError(sql, location, { code: "", message: "", detail: null, hint: null, where: null, offset: token.start });
  }
  return location;
}
