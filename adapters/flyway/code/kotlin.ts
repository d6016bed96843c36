import type { CodeFacts, LiteralSql } from "./literal-sql.ts";
import { hasParameters, looksLikeSql } from "./literal-sql.ts";

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"""([\s\S]*?)"""(?!")(\s*\.\s*(?:trimIndent|trimMargin)\s*\(\s*\))?|"((?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)'/g;

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b" };

function trimIndent(text: string): string {
  const lines = text.split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const indent = Math.min(...filled.map((line) => /^\s*/.exec(line)?.[0].length ?? 0));
  return lines
    .map((line) => line.slice(Number.isFinite(indent) ? indent : 0))
    .join("\n")
    .trim();
}

function returned(text: string, member: string): string | null {
  return (
    new RegExp(
      `fun\\s+${member}\\s*\\([^)]*\\)[^={]*(?:=|\\{\\s*return)\\s*(?:MigrationVersion\\s*\\.\\s*fromVersion\\s*\\(\\s*)?(?:"([^"$]*)"|(true|false))`,
    )
      .exec(text)
      ?.slice(1)
      .find((value) => value !== undefined) ?? null
  );
}

/** What a Kotlin, Groovy or Scala migration says: its string literals that look like SQL; templates in them (`$x`) make one incomplete. */
export function readKotlin(text: string): CodeFacts {
  const statements: LiteralSql[] = [];
  for (const match of text.matchAll(token)) {
    const [, raw, , plain] = match;
    const content =
      raw !== undefined
        ? trimIndent(match[0].includes("trimMargin") ? raw.replaceAll(/^\s*\|/gm, "") : raw)
        : plain?.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, unicode: string | undefined, single: string | undefined) =>
            unicode === undefined ? (escapes[single ?? ""] ?? single ?? "") : String.fromCharCode(Number.parseInt(unicode, 16)),
          );
    if (content === undefined || !looksLikeSql(content)) continue;
    const template = /\$(?:\{|[A-Za-z_])/.test((raw ?? plain ?? "").replaceAll("${'$'}", "").replaceAll("\\$", ""));
    // A dollar quote looks like a template to the pattern, but `$$` and `$name$` hold no variable of the program.
    const dollars = /\$[A-Za-z_]*\$/.test(content);
    statements.push({
      sql: content.replaceAll("${'$'}", "$"),
      complete: (!template || dollars) && !hasParameters(content),
      offset: match.index ?? 0,
    });
  }
  const body = /(?:override\s+)?(?:fun|def|void)\s+migrate\s*\([\s\S]*/.exec(text);
  const transactional = returned(text, "canExecuteInTransaction");
  return {
    version: returned(text, "getVersion"),
    description: returned(text, "getDescription"),
    inTransaction: transactional === "true" ? true : transactional === "false" ? false : null,
    statements,
    body: body === null ? null : { text: body[0], offset: body.index },
  };
}
