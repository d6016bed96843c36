import type { Node } from "libpg-query";
import { lexTokens } from "./lexer.ts";
import { fieldsOf, nodeName } from "./tree.ts";

/** Where in a statement a gap between two tokens stands. */
interface Gap {
  /** Parentheses open around it. */
  readonly depth: number;
  /** Groups of parentheses closed before it. */
  readonly group: number;
  readonly before: string;
  readonly after: string;
}

type BreaksLine = (gap: Gap) => boolean;

/** One element of the first list in parentheses per line. */
const oneElementPerLine: BreaksLine = ({ depth, group, before, after }) =>
  group === 0 && depth === 1 && before + after !== "()" && (before === "(" || before === "," || after === ")");

/** One column or constraint per line; one subcommand per line. Other statements keep the deparser's lines. */
const BREAKS: Readonly<Record<string, BreaksLine>> = {
  CreateStmt: oneElementPerLine,
  CreateForeignTableStmt: oneElementPerLine,
  CompositeTypeStmt: oneElementPerLine,
  AlterTableStmt: ({ depth, before }) => depth === 0 && before === ",",
  CreatePolicyStmt: ({ depth, after }) => depth === 0 && /^(?:ON|AS|FOR|TO|USING|WITH)$/.test(after),
  CreateTrigStmt: ({ depth, after }) => depth === 0 && /^(?:AFTER|BEFORE|INSTEAD|ON|REFERENCING|FOR|WHEN|EXECUTE)$/.test(after),
};

function rulesFor(tree: Node): BreaksLine | undefined {
  const table = fieldsOf(tree, "CreateStmt");
  // PARTITION OF without a list of its own: the first parentheses are the bound's.
  return table !== null && table.tableElts === undefined ? () => false : BREAKS[nodeName(tree)];
}

/**
 * The same tokens on other lines: a text that the deparser wrote, its gaps between tokens set anew. Tokens are copied as they
 * are, so literals and bodies stay untouched. Where the deparser put two tokens together or apart, they stay so.
 */
export function layOut(text: string, tree: Node): string {
  const breaks = rulesFor(tree);
  let result = "";
  let depth = 0;
  let group = 0;
  let before = "";
  let end = 0;
  for (const token of lexTokens(text)) {
    const after = text.slice(token.start, token.end);
    const space = text.slice(end, token.start);
    result += (before === "" ? "" : setSpace(space, { depth, group, before, after }, breaks)) + after;
    if (after === "(") depth++;
    if (after === ")") {
      depth--;
      if (depth === 0) group++;
    }
    before = after;
    end = token.end;
  }
  return result;
}

function setSpace(space: string, gap: Gap, breaks: BreaksLine | undefined): string {
  if (breaks === undefined) return space.replace(/[ \t]+\n/g, "\n");
  if (breaks(gap)) return gap.after === ")" && gap.depth === 1 ? "\n" : "\n  ";
  if (!space.includes("\n")) return space;
  return gap.before === "(" || gap.after === ")" || gap.after === "," ? "" : " ";
}
