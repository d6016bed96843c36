import { dictionary, text, unknown, type Arguments, type Value } from "../value.ts";
import { comprehend } from "./comprehensions.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { betweenCommas, childrenOf, type SyntaxNode } from "./parse.ts";

/** The arguments of a call. Keywords that cannot be known are one positional argument that is not known. */
export async function evaluateArguments(
  node: SyntaxNode,
  frame: Frame,
  run: Interpreter,
): Promise<Pick<Arguments, "positional" | "keywords">> {
  const parts = childrenOf(node).filter(({ name }) => name !== "(" && name !== ")");
  if (parts.some(({ name }) => name === "for")) return { positional: [await comprehend(node, "list", frame, run)], keywords: null };
  const positional: Value[] = [];
  const keywords: [Value, Value][] = [];
  for (const group of betweenCommas(parts)) await evaluateOne(group, { positional, keywords }, { frame, run });
  return { positional, keywords: keywords.length === 0 ? null : dictionary(keywords) };
}

async function evaluateOne(
  [first, second, third]: readonly SyntaxNode[],
  { positional, keywords }: { readonly positional: Value[]; readonly keywords: [Value, Value][] },
  { frame, run }: { readonly frame: Frame; readonly run: Interpreter },
): Promise<void> {
  if (first === undefined) return;
  if (second === undefined) positional.push(await run.evaluate(first, frame));
  else if (first.name === "*") {
    const spread = await run.evaluate(second, frame);
    if (spread.kind === "unknown") positional.push(unknown(spread.reason, spread.location));
    else positional.push(...(await run.iterate(spread, frame.source.locate(second))));
  } else if (first.name === "**") {
    const spread = await run.evaluate(second, frame);
    if (spread.kind === "map") for (const { key, value } of spread.entries.values()) keywords.push([key, value]);
    else positional.push(spread.kind === "unknown" ? unknown(spread.reason, spread.location) : spread);
  } else if (third !== undefined) keywords.push([text(frame.source.textOf(first)), await run.evaluate(third, frame)]);
}
