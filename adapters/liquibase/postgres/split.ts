import { splitStatements } from "../../../src/sql/split.ts";
import { lineAt } from "../source/lines.ts";
import { type SqlToken, tokenize } from "./tokens.ts";

/** How a change has its SQL cut. */
export interface SplitSettings {
  readonly splitStatements: boolean;
  readonly stripComments: boolean;
  readonly endDelimiter: string | null;
}

export interface CutSql {
  /** `offset` counts in the text as it was given. */
  readonly statements: readonly { readonly sql: string; readonly offset: number }[];
  /** Where Liquibase itself would have cut inside a statement (`StringUtil.processMultiLineSQL` knows no dollar quotes): its first wrong piece. */
  readonly miscut: string | null;
}

/**
 * The statements of a change's SQL. Comments go where Liquibase strips them, function bodies included. Statements end where PostgreSQL ends them, as the JDBC
 * driver does with what Liquibase hands it; where Liquibase cuts elsewhere, that is told and what is right is done.
 */
export function cutSql(text: string, settings: SplitSettings): CutSql {
  const all = tokenize(text);
  const tokens = settings.stripComments ? all.filter(({ kind }) => kind !== "comment") : all;
  if (!settings.splitStatements) return { statements: splitPart(tokens), miscut: null };
  const pieces = cutAsLiquibase(tokens, settings.endDelimiter);
  const theirs = pieces.map((piece) => splitPart(piece)).flat();
  if (settings.endDelimiter !== null && settings.endDelimiter !== ";") return { statements: theirs, miscut: null };
  const ours = splitAtLines(tokens).flatMap((part) => splitPart(part));
  const wrong = theirs.findIndex(({ sql }, index) => squeeze(sql) !== squeeze(ours[index]?.sql ?? ""));
  return { statements: ours, miscut: wrong === -1 && ours.length === theirs.length ? null : (theirs[Math.max(wrong, 0)]?.sql ?? "") };
}

function squeeze(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").replace(/;\s*$/, "");
}

/** Statements of one text that is sent as a whole. */
function splitPart(tokens: readonly SqlToken[]): CutSql["statements"] {
  const text = tokens.map((token) => token.text).join("");
  const starts: number[] = [];
  let length = 0;
  for (const token of tokens) {
    starts.push(length);
    length += token.text.length;
  }
  const original = (offset: number): number => {
    const index = lineAt(starts, offset) - 1;
    return (tokens[index]?.offset ?? 0) + offset - (starts[index] ?? 0);
  };
  return splitStatements(text).map(({ sql, offset }) => ({ sql, offset: original(offset) }));
}

/** A line that is only `/` or `GO` ends a statement too. */
function splitAtLines(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const parts: SqlToken[][] = [[]];
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    const alone = (before === undefined || before.text.includes("\n")) && (after === undefined || after.text.includes("\n"));
    if (alone && /^(?:\/|go)$/i.test(token.text)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

const notABlock = /^(?:transaction|trans|tran|dialog|conversation|distributed)$/i;

function cutAsLiquibase(tokens: readonly SqlToken[], endDelimiter: string | null): readonly (readonly SqlToken[])[] {
  const pieces: SqlToken[][] = [[]];
  let depth = 0;
  for (const [index, token] of mergeDelimiters(tokens, endDelimiter).entries()) {
    if (/^(?:begin|end)$/i.test(token.text)) {
      const next = tokens.find((other) => other.offset > token.offset && other.kind !== "space")?.text ?? "";
      if (/^begin$/i.test(token.text) && !notABlock.test(next)) depth += 1;
      if (/^end$/i.test(token.text) && depth > 0 && !/^tran/i.test(next)) depth -= 1;
    }
    const previous = index === 0 ? null : (pieces.at(-1)?.at(-1)?.text ?? "");
    if (depth === 0 && isDelimiter(token.text, previous, endDelimiter)) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces;
}

/** Tokens that together are the delimiter become one (`StringUtil.mergeTokens`). */
function mergeDelimiters(tokens: readonly SqlToken[], endDelimiter: string | null): readonly SqlToken[] {
  if (endDelimiter === null || endDelimiter.length < 2) return tokens;
  const pattern = delimiterPattern(endDelimiter);
  const text = tokens.map((token) => token.text).join("");
  const merged: SqlToken[] = [];
  let length = 0;
  let index = 0;
  const matches = pattern === null ? [] : [...text.matchAll(new RegExp(pattern.source, "gi"))];
  for (const match of matches) {
    if (match[0] === "") continue;
    for (let token = tokens[index]; token !== undefined && length < match.index; token = tokens[index]) {
      merged.push(token);
      length += token.text.length;
      index += 1;
    }
    if (length !== match.index) continue;
    const first = tokens[index];
    for (let token = tokens[index]; token !== undefined && length < match.index + match[0].length; token = tokens[index]) {
      length += token.text.length;
      index += 1;
    }
    if (first !== undefined) merged.push({ kind: "other", text: match[0], offset: first.offset });
  }
  return [...merged, ...tokens.slice(index)];
}

/** The delimiter as the regular expression that Liquibase takes it for; where it is none, as plain text. */
function delimiterPattern(endDelimiter: string): RegExp | null {
  try {
    // Most are plain: `//`, `$$`, `/`. What means something else as an expression is looked for as it stands.
    return /^[$^|.*+?]+$/.test(endDelimiter) ? new RegExp(escapeExpression(endDelimiter), "i") : new RegExp(endDelimiter, "i");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new RegExp(escapeExpression(endDelimiter), "i");
  }
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[$^|.*+?()[\]{}\\]/g, "\\$&");
}

function isDelimiter(piece: string, previous: string | null, endDelimiter: string | null): boolean {
  const ownLine = previous === null || previous === "" || previous.endsWith("\n");
  if (endDelimiter === null) return piece === ";" || (/^(?:go|\/)$/i.test(piece) && ownLine);
  if (endDelimiter === "/") return piece === "/" && ownLine;
  if (piece.toLowerCase() === endDelimiter.toLowerCase()) return true;
  const pattern = endDelimiter.length > 1 ? delimiterPattern(endDelimiter) : null;
  return pattern !== null && new RegExp(`^(?:${pattern.source})$`, "i").test(piece);
}
