import { boolean, dictionary, integer, list, nil, symbol, unknown, type List, type Text, type Value } from "../value.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import type { Node } from "./parse.ts";
import { showValue } from "./show.ts";

export const literalHandlers: Handlers = {
  NilNode: async () => nil,
  TrueNode: async () => boolean(true),
  FalseNode: async () => boolean(false),
  SelfNode: async (_node, frame) => frame.self,
  IntegerNode: async (node) => integer(node.value),
  FloatNode: async (node) => ({ kind: "float", value: node.value }),
  RationalNode: async (node, frame) => unknown("rational numbers are not followed here", frame.source.locate(node)),
  SymbolNode: async (node) => symbol(node.unescaped.value),
  StringNode: async (node, frame) =>
    written(node.unescaped.value, { opening: node.openingLoc, content: node.contentLoc.startOffset }, frame),
  XStringNode: async (node, frame) => unknown("it runs a program", frame.source.locate(node), "anything"),
  InterpolatedStringNode: async (node, frame, run) => {
    const joined = await join(node.parts, frame, run);
    const [first] = node.parts;
    return joined.kind === "text" && first !== undefined
      ? written(joined.value, { opening: node.openingLoc, content: first.location.startOffset }, frame)
      : joined;
  },
  InterpolatedSymbolNode: async (node, frame, run) => {
    const joined = await join(node.parts, frame, run);
    return joined.kind === "text" ? symbol(joined.value) : joined;
  },
  EmbeddedStatementsNode: async (node, frame, run) => run.evaluate(node.statements, frame),
  EmbeddedVariableNode: async (node, frame, run) => run.evaluate(node.variable, frame),
  RegularExpressionNode: async (node, frame) => ({
    kind: "pattern",
    source: node.unescaped.value,
    flags: frame.source.textOf(node.closingLoc).replace(/[^imx]/g, ""),
  }),
  InterpolatedRegularExpressionNode: async (node, frame, run) => {
    const joined = await join(node.parts, frame, run);
    if (joined.kind !== "text") return joined;
    return { kind: "pattern", source: joined.value, flags: frame.source.textOf(node.closingLoc).replace(/[^imx]/g, "") };
  },
  ArrayNode: async (node, frame, run) => evaluateList(node.elements, frame, run),
  HashNode: async (node, frame, run) => evaluatePairs(node.elements, frame, run),
  KeywordHashNode: async (node, frame, run) => evaluatePairs(node.elements, frame, run),
  RangeNode: async (node, frame, run) => ({
    kind: "range",
    from: await run.evaluate(node.left, frame),
    to: await run.evaluate(node.right, frame),
    exclusive: frame.source.textOf(node.operatorLoc) === "...",
  }),
  ImplicitNode: async (node, frame, run) => run.evaluate(node.value, frame),
  ParenthesesNode: async (node, frame, run) => run.evaluate(node.body, frame),
  SourceFileNode: async (_node, frame) => ({ kind: "text", value: frame.source.file }),
};

function written(
  value: string,
  place: { readonly opening: { readonly startOffset: number; readonly length: number } | null; readonly content: number },
  frame: Frame,
): Text {
  if (!value.includes("\n") || place.opening === null) return { kind: "text", value };
  return { kind: "text", value, origin: frame.source.locate({ location: { startOffset: place.content, length: 0 } }) };
}

async function join(parts: readonly Node[], frame: Frame, run: Interpreter): Promise<Value> {
  let joined = "";
  for (const part of parts) {
    const value = await run.evaluate(part, frame);
    if (value.kind === "unknown") return unknown(value.reason, value.location);
    const shown = await showValue(value, { frame, run, location: frame.source.locate(part) });
    if (shown.kind === "unknown") return shown;
    joined += shown.value;
  }
  return { kind: "text", value: joined };
}

/** The elements of an array or argument list, splats spread. */
export async function evaluateList(elements: readonly Node[], frame: Frame, run: Interpreter): Promise<List> {
  const items: Value[] = [];
  for (const element of elements) {
    if (element.constructor.name !== "SplatNode") {
      items.push(await run.evaluate(element, frame));
      continue;
    }
    const spread = await run.evaluate((element as { readonly expression: Node | null } & Node).expression, frame);
    if (spread.kind === "list") items.push(...spread.items);
    else if (spread.kind === "range") items.push(...(await rangeItems(spread, frame, run)));
    else if (spread.kind !== "nil") items.push(spread);
  }
  return list(items);
}

async function rangeItems(range: Value, frame: Frame, run: Interpreter): Promise<readonly Value[]> {
  const location = { file: frame.source.file, line: 1 };
  const made = await run.send(range, { name: "to_a", positional: [], keywords: null, block: null, location }, frame);
  return made.kind === "list" ? made.items : [made];
}

async function evaluatePairs(elements: readonly Node[], frame: Frame, run: Interpreter): Promise<Value> {
  const pairs: [Value, Value][] = [];
  for (const element of elements) {
    if (element.constructor.name === "AssocSplatNode") {
      const spread = await run.evaluate((element as { readonly value: Node | null } & Node).value, frame);
      if (spread.kind === "unknown") return unknown(spread.reason, spread.location);
      if (spread.kind === "map") for (const { key, value } of spread.entries.values()) pairs.push([key, value]);
      continue;
    }
    const { key, value } = element as { readonly key: Node; readonly value: Node } & Node;
    pairs.push([await run.evaluate(key, frame), await run.evaluate(value, frame)]);
  }
  return dictionary(pairs);
}
