import { namesColumn, type ShapeColumn, type TableShape } from "./shape.ts";
import { COMMON_TEXTS, isNumber, isText, valueAt } from "./values.ts";

/** Values that the text of a migration compares columns with or sets them to, by the column's unquoted name. */
export type TextHints = ReadonlyMap<string, readonly string[]>;

const MOST_HINTS = 8;
// Each begins where a word does: in the middle of a long one every place would be tried.
const COMPARED =
  /(?<!\w)"?([A-Za-z_]\w*)"?\s*(?:=|<>|!=|>=|<=|>|<|\b(?:NOT\s+)?I?LIKE\b)\s*\(?\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)\b)/gi;
const LISTED = /(?<!\w)"?([A-Za-z_]\w*)"?\s+(?:NOT\s+)?IN\s*\(([^()]*)\)/gi;

/** Reads such values from SQL: a row that an UPDATE's WHERE is meant for shows more than one that it passes over. */
export function readHints(texts: readonly string[]): TextHints {
  const hints = new Map<string, string[]>();
  const add = (column: string | undefined, value: string | undefined): void => {
    if (column === undefined || value === undefined) return;
    const known = hints.get(column.toLowerCase()) ?? [];
    if (known.length < MOST_HINTS && !known.includes(value)) hints.set(column.toLowerCase(), [...known, value]);
  };
  for (const text of texts) {
    for (const [, column, string, number] of text.matchAll(COMPARED))
      add(column, string?.replaceAll("''", "'").replaceAll("%", "") ?? number);
    for (const [, column, list = ""] of text.matchAll(LISTED)) for (const value of literalsOf(list)) add(column, value);
  }
  return hints;
}

/** Strings and numbers of an expression, in order. */
function literalsOf(expression: string): readonly string[] {
  return [...expression.matchAll(/'((?:[^']|'')*)'|(?<![\w."])(-?\d+(?:\.\d+)?)\b/g)].map(
    ([, string, number]) => string?.replaceAll("''", "'") ?? number ?? "",
  );
}

/** Values that the CHECKs which name a column hold, fitting its type; empty where none names it. */
export function checkedValues(column: ShapeColumn, { checks }: TableShape): readonly string[] {
  const expressions = [...checks.filter((check) => namesColumn(check, column.name)), ...column.domainChecks];
  if (expressions.length === 0) return [];
  const literals = expressions.flatMap(literalsOf);
  const { type } = column;
  if (isNumber(type)) {
    const numbers = literals.map(Number).filter(Number.isFinite);
    return [...new Set([...numbers.flatMap((value) => [value + 1, value, value - 1]), 1, 0])].map(String);
  }
  if (isText(type)) {
    const sized = literals.map(Number).filter((length) => Number.isInteger(length) && length > 0 && length <= 300);
    return [
      ...new Set([
        ...literals.filter((text) => Number.isNaN(Number(text))),
        ...literals,
        ...sized.map((length) => "w".repeat(length)),
        ...COMMON_TEXTS,
      ]),
    ];
  }
  const own = [0, 1, 2, 3, 4].map((row) => valueAt(type, row)).filter((value) => value !== null);
  return [...new Set([...literals, ...own])];
}
