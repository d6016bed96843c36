import { DatabaseError } from "pg";
import { StatementError, type StatementResult } from "./session.ts";

/**
 * What a query rejected with, as a `StatementError`. `sql` is the text that was sent: PostgreSQL counts its error position in characters from 1,
 * the error's offset is an index into the JavaScript string; `results` is what came before it. A lost connection has the code `08006`.
 */
export function toStatementError(error: unknown, sql: string, results: readonly StatementResult[] = []): StatementError {
  if (error instanceof StatementError) return error;
  if (error instanceof DatabaseError) {
    const reported = {
      code: error.code ?? "XX000",
      message: error.message,
      detail: error.detail ?? null,
      hint: error.hint ?? null,
      offset: error.position === undefined ? null : indexOfCharacter(sql, Number(error.position) - 1),
      where: error.where === undefined ? null : shorten(error.where),
    };
    return new StatementError(reported, results);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new StatementError({ code: "08006", message, detail: null, hint: null, offset: null, where: null });
}

const stackLines = 12;

/** A recursion that exhausts the stack has a call stack of thousands of lines. */
function shorten(where: string): string {
  const lines = where.split("\n");
  return lines.length <= stackLines ? where : [...lines.slice(0, stackLines), "…"].join("\n");
}

/** A NUL ends a text in the protocol: what follows it would be dropped unseen. Gives the error that PostgreSQL has for it; `null` where there is none. */
export function refuseNul(sql: string): StatementError | null {
  const offset = sql.indexOf("\0");
  if (offset < 0) return null;
  return new StatementError({
    code: "22021",
    message: 'invalid byte sequence for encoding "UTF8": 0x00',
    detail: null,
    hint: null,
    offset,
    where: null,
  });
}

/** The index of a character, where one outside the basic plane takes two. */
function indexOfCharacter(text: string, characters: number): number {
  let index = 0;
  for (let passed = 0; passed < characters && index < text.length; passed += 1) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return index;
}
