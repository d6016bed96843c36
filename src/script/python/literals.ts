import { Stuck } from "../stuck.ts";
import { boolean, dictionary, integer, list, nil, unknown, type List, type Value } from "../value.ts";
import { formatSpec } from "./format.ts";
import type { Evaluate, Frame, Handlers, Interpreter } from "./interpreter.ts";
import { betweenCommas, childrenOf, partOf, type SyntaxNode } from "./parse.ts";
import { represent } from "./show.ts";
import { showValue } from "./show-value.ts";

const escapes: Readonly<Record<string, string>> = {
  a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", "'": "'", '"': '"', "\n": "",
}; // prettier-ignore

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(\r?\n)|([^]))/g,
    (whole, two?: string, four?: string, eight?: string, octal?: string, newline?: string, single = "") => {
      const hex = two ?? four ?? eight;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return newline === undefined ? (escapes[single] ?? whole) : "";
    },
  );
}

/** What stands around a string literal: how many characters before and behind its text, and whether escapes count. */
function quotes(raw: string): { readonly before: number; readonly behind: number; readonly isRaw: boolean } {
  const [whole = "", prefix = "", mark = ""] = /^([a-zA-Z]*)("""|'''|"|')/.exec(raw) ?? [];
  return { before: whole.length, behind: mark.length, isRaw: /r/i.test(prefix) };
}

const stringLiteral: Evaluate = async (node, frame) => {
  const raw = frame.source.textOf(node);
  const { before, behind, isRaw } = quotes(raw);
  const inside = raw.slice(before, raw.length - behind);
  const value = isRaw ? inside : unescape(inside);
  if (!inside.includes("\n")) return { kind: "text", value };
  const start = frame.source.locate(node);
  return { kind: "text", value, origin: { ...start, column: (start.column ?? 1) + before } };
};

const formatLiteral: Evaluate = async (node, frame, run) => {
  const raw = frame.source.textOf(node);
  const { before, behind, isRaw } = quotes(raw);
  const plain = (from: number, to: number): string => {
    const written = frame.source.textOf({ from, to }).replaceAll("{{", "{").replaceAll("}}", "}");
    return isRaw ? written : unescape(written);
  };
  let joined = "";
  let at = node.from + before;
  for (const part of childrenOf(node)) {
    if (part.name !== "FormatReplacement") continue;
    joined += plain(at, part.from);
    const shown = await replacement(part, frame, run);
    if (shown.kind !== "text") return shown;
    joined += shown.value;
    at = part.to;
  }
  const value = joined + plain(at, node.to - behind);
  return value.includes("\n") ? { kind: "text", value, origin: frame.source.locate(node) } : { kind: "text", value };
};

/** `{value!r:>10}` of an f-string. */
async function replacement(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  const parts = childrenOf(node).filter(({ name }) => name !== "{" && name !== "}");
  const [expression] = parts;
  if (expression === undefined) return { kind: "text", value: "" };
  const value = await run.evaluate(expression, frame);
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  const location = frame.source.locate(node);
  const conversion = partOf(node, "FormatConversion");
  const specNode = partOf(node, "FormatSpec");
  const spec = specNode === null ? "" : await specText(specNode, frame, run);
  if (conversion !== null && frame.source.textOf(conversion) === "!r") {
    const shown = represent(value);
    return shown === null
      ? unknown("what it looks like is not known", location)
      : { kind: "text", value: formatSpec({ kind: "text", value: shown }, spec, location) };
  }
  if (spec !== "") return { kind: "text", value: formatSpec(value, spec, location) };
  const debug = parts.some(({ name }) => name === "=") ? `${frame.source.textOf(expression)}=` : "";
  const shown = await showValue(value, { run, location });
  return shown.kind === "text" ? { kind: "text", value: debug + shown.value } : shown;
}

async function specText(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<string> {
  let spec = "";
  let at = node.from + 1;
  for (const part of childrenOf(node)) {
    if (part.name !== "FormatReplacement") continue;
    const value = await replacement(part, frame, run);
    if (value.kind !== "text") throw new Stuck("how wide it is to be is not known", frame.source.locate(node));
    spec += frame.source.textOf({ from: at, to: part.from }) + value.value;
    at = part.to;
  }
  return spec + frame.source.textOf({ from: at, to: node.to });
}

/** The values between commas, `*spread` among them. */
export async function evaluateItems(nodes: readonly SyntaxNode[], frame: Frame, run: Interpreter): Promise<Value[]> {
  const items: Value[] = [];
  for (const group of betweenCommas(nodes)) {
    const [first, second] = group;
    if (first === undefined) continue;
    if (first.name === "*" && second !== undefined)
      items.push(...(await run.iterate(await run.evaluate(second, frame), frame.source.locate(second))));
    else items.push(await run.evaluate(first, frame));
  }
  return items;
}

function inside(node: SyntaxNode): readonly SyntaxNode[] {
  return childrenOf(node).filter(({ name }) => !"()[]{}".includes(name));
}

/** A set keeps each value once. */
export function makeSet(items: readonly Value[]): List {
  return { kind: "list", form: "set", items: [...dictionary(items.map((item) => [item, item])).entries.values()].map(({ key }) => key) };
}

export const literals: Handlers = {
  None: async () => nil,
  Boolean: async (node, frame) => boolean(frame.source.textOf(node) === "True"),
  Number: async (node, frame) => {
    const written = frame.source.textOf(node).replaceAll("_", "");
    if (/^(?:0[xXoObB][0-9a-fA-F]+|\d+)$/.test(written)) return integer(BigInt(written));
    if (/[jJ]$/.test(written)) return unknown("complex numbers are not followed here", frame.source.locate(node));
    return { kind: "float", value: Number(written) };
  },
  String: stringLiteral,
  FormatString: formatLiteral,
  ContinuedString: async (node, frame, run) => {
    const parts: Value[] = [];
    for (const part of childrenOf(node)) parts.push(await run.evaluate(part, frame));
    const open = parts.find((part) => part.kind !== "text");
    if (open !== undefined) return open;
    const value = parts.map((part) => (part.kind === "text" ? part.value : "")).join("");
    const [first] = parts;
    const origin = first?.kind === "text" ? first.origin : undefined;
    return origin === undefined ? { kind: "text", value } : { kind: "text", value, origin };
  },
  Ellipsis: async () => ({ kind: "symbol", value: "Ellipsis" }),
  "...": async () => ({ kind: "symbol", value: "Ellipsis" }),
  ArrayExpression: async (node, frame, run) => list(await evaluateItems(inside(node), frame, run)),
  TupleExpression: async (node, frame, run) => ({ kind: "list", form: "tuple", items: await evaluateItems(inside(node), frame, run) }),
  SetExpression: async (node, frame, run) => makeSet(await evaluateItems(inside(node), frame, run)),
  DictionaryExpression: async (node, frame, run) => {
    const pairs: [Value, Value][] = [];
    for (const group of betweenCommas(inside(node))) {
      const [first, second, third] = group;
      if (first?.name === "**" && second !== undefined) {
        const spread = await run.evaluate(second, frame);
        if (spread.kind === "unknown") return unknown(spread.reason, spread.location);
        if (spread.kind === "map") for (const { key, value } of spread.entries.values()) pairs.push([key, value]);
      } else if (first !== undefined && third !== undefined)
        pairs.push([await run.evaluate(first, frame), await run.evaluate(third, frame)]);
    }
    return dictionary(pairs);
  },
};
