/** A context or label expression (`liquibase.AbstractExpression`): names joined by `and`, `or`, `not`, `!`, parentheses, and commas, which mean `or`. */
export interface Expression {
  /** Every name in it, in lower case, without a leading `@`. */
  readonly names: readonly string[];
  /** Whether a name stands in it that asks for contexts to be given (`@prod`). */
  readonly demands: boolean;
  matches(holds: (name: string) => boolean): boolean;
}

/** Reads an expression; `null` where there is none. */
export function readExpression(text: string | null): Expression | null {
  const written = text?.trim() ?? "";
  if (written === "") return null;
  const tokens = written.match(/[(),!]|[^\s(),!]+/g) ?? [];
  const names = tokens.filter((token) => !/^(?:[(),!]|and|or|not)$/i.test(token)).map((token) => token.replace(/^@/, "").toLowerCase());
  return { names: [...new Set(names)], demands: /(?:^|[\s(,!])@/.test(written), matches: (holds) => evaluate(tokens, holds) };
}

function evaluate(tokens: readonly string[], holds: (name: string) => boolean): boolean {
  let at = 0;
  const isNext = (pattern: RegExp): boolean => pattern.test(tokens[at] ?? "") && (tokens[at] ?? "") !== "";
  const either = (): boolean => {
    let value = both();
    while (isNext(/^(?:or|,)$/i)) {
      at += 1;
      const other = both();
      value ||= other;
    }
    return value;
  };
  const both = (): boolean => {
    let value = single();
    while (isNext(/^and$/i)) {
      at += 1;
      const other = single();
      value &&= other;
    }
    return value;
  };
  const single = (): boolean => {
    const token = tokens[at] ?? "";
    at += 1;
    if (/^(?:not|!)$/i.test(token)) return !single();
    if (token !== "(") return holds(token.replace(/^@/, "").toLowerCase());
    const value = either();
    at += 1;
    return value;
  };
  return either();
}

/** Whether a `dbms` list lets a change run on PostgreSQL (`DatabaseList.definitionMatches`). */
export function matchesPostgres(dbms: string | null): boolean {
  const names = (dbms ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  if (names.length === 0 || names.includes("all")) return true;
  if (names.includes("none") || names.includes("!postgresql")) return false;
  return names.includes("postgresql") || names.every((name) => name.startsWith("!"));
}
