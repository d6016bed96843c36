import { assignMany } from "./assign.ts";
import type { OptionalKeywordParameterNode, OptionalParameterNode, ParametersNode } from "@ruby/prism/src/nodes.js";
import { dictionary, keyOf, list, nil, symbol, unknown, type Arguments, type Value } from "../value.ts";
import { withKeywordsLast } from "./arguments.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { RaisedError } from "../signals.ts";

type Named = { readonly name: string | null };

/** Gives a method's or block's parameters their values in `frame.scope`. A block takes a lone list apart and passes over what is too many or too few. */
export async function bindParameters(
  parameters: ParametersNode | null,
  call: Arguments,
  { frame, run, strict }: { readonly frame: Frame; readonly run: Interpreter; readonly strict: "method" | "block" },
): Promise<void> {
  if (parameters === null) return;
  const { locals } = frame.scope;
  const takesKeywords = parameters.keywords.length > 0 || parameters.keywordRest?.constructor.name === "KeywordRestParameterNode";
  let given = takesKeywords ? call.positional : withKeywordsLast(call);
  const positional = parameters.requireds.length + parameters.optionals.length + parameters.posts.length;
  const several = positional > 1 || (positional === 1 && parameters.rest !== null);
  if (strict === "block" && several && given.length === 1 && given[0]?.kind === "list") given = given[0].items;
  const needed = parameters.requireds.length + parameters.posts.length;
  if (strict === "method" && (given.length < needed || (parameters.rest === null && given.length > positional)))
    throw new RaisedError("ArgumentError", `wrong number of arguments (given ${given.length}, expected ${needed})`, call.location);

  const behind = Math.max(given.length - parameters.posts.length, parameters.requireds.length);
  const optional = Math.min(parameters.optionals.length, behind - parameters.requireds.length);
  const parts = (nodes: readonly unknown[]): Parameters<typeof assignMany>[0] => ({
    lefts: nodes as Parameters<typeof assignMany>[0]["lefts"],
    rest: null,
    rights: [],
  });
  await assignMany(parts(parameters.requireds), list(given.slice(0, parameters.requireds.length)), { frame, run });
  for (const [index, node] of (parameters.optionals as readonly OptionalParameterNode[]).entries()) {
    const value = index < optional ? given[parameters.requireds.length + index] : undefined;
    locals.set(node.name, value ?? (await run.evaluate(node.value, frame)));
  }
  const rest = parameters.rest as Named | null;
  if (rest?.name) locals.set(rest.name, list(given.slice(parameters.requireds.length + optional, behind)));
  await assignMany(parts(parameters.posts), list(given.slice(behind)), { frame, run });
  await bindKeywords(parameters, call, { frame, run });
  if (parameters.block?.name) locals.set(parameters.block.name, call.block ?? nil);
}

async function bindKeywords(
  parameters: ParametersNode,
  call: Arguments,
  { frame, run }: { readonly frame: Frame; readonly run: Interpreter },
): Promise<void> {
  const { locals } = frame.scope;
  const left = new Map(call.keywords?.entries);
  const notKnown = call.positional.find((value) => value.kind === "unknown");
  for (const node of parameters.keywords as readonly { readonly name: string; readonly value?: OptionalKeywordParameterNode["value"] }[]) {
    const key = keyOf(symbol(node.name));
    const value = left.get(key)?.value;
    left.delete(key);
    if (value !== undefined) locals.set(node.name, value);
    else if (node.value !== undefined) locals.set(node.name, await run.evaluate(node.value, frame));
    else if (notKnown?.kind === "unknown") locals.set(node.name, unknown(notKnown.reason, notKnown.location));
    else throw new RaisedError("ArgumentError", `missing keyword: :${node.name}`, call.location);
  }
  const rest = parameters.keywordRest as Named | null;
  if (rest?.name) locals.set(rest.name, dictionary([...left.values()].map(({ key, value }): [Value, Value] => [key, value])));
}
