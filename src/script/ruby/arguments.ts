import type { ArgumentsNode } from "@ruby/prism/src/nodes.js";
import { dictionary, unknown, type Arguments, type Dictionary, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { evaluateList } from "./literals.ts";
import type { Node } from "./parse.ts";

/** The arguments of a call, without its block. Keywords that cannot be known are one positional argument that is not known. */
export async function evaluateArguments(
  node: ArgumentsNode | null,
  frame: Frame,
  run: Interpreter,
): Promise<Pick<Arguments, "positional" | "keywords">> {
  if (node === null) return { positional: [], keywords: null };
  const written: readonly Node[] = node.arguments_;
  if (written.some((each) => each.constructor.name === "ForwardingArgumentsNode")) {
    const forwarded = frame.method?.arguments ?? { positional: [], keywords: null };
    const first = await evaluateList(
      written.filter((each) => each.constructor.name !== "ForwardingArgumentsNode"),
      frame,
      run,
    );
    return { positional: [...first.items, ...forwarded.positional], keywords: forwarded.keywords };
  }
  const last = written.at(-1);
  if (last === undefined || last.constructor.name !== "KeywordHashNode")
    return { positional: (await evaluateList(written, frame, run)).items, keywords: null };
  const { items } = await evaluateList(written.slice(0, -1), frame, run);
  const keywords = await run.evaluate(last, frame);
  if (keywords.kind === "map") return { positional: items, keywords: keywords.entries.size === 0 ? null : keywords };
  return { positional: [...items, keywords.kind === "unknown" ? unknown(keywords.reason, keywords.location) : keywords], keywords: null };
}

/** Positional arguments and, behind them, the keywords as a map: for methods that declare none. */
export function withKeywordsLast({ positional, keywords }: Pick<Arguments, "positional" | "keywords">): readonly Value[] {
  return keywords === null ? positional : [...positional, keywords];
}

/** A map's entries as keywords, later ones before earlier ones. */
export function mergeKeywords(...maps: readonly (Dictionary | null)[]): Dictionary {
  return dictionary(maps.flatMap((map) => [...(map?.entries.values() ?? [])].map(({ key, value }) => [key, value] as const)));
}
