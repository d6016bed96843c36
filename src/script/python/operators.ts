import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { boolean, dictionary, integer, keyOf, text, unknown, type Value } from "../value.ts";
import { isPlainValue, valueOfMember } from "./enums.ts";
import { formatPercent } from "./format.ts";
import type { Interpreter } from "./interpreter.ts";
import { makeSet } from "./literals.ts";
import { isClass, isInstance } from "./things.ts";
import { negate } from "./truth.ts";

interface At {
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

type Pair = readonly [Value, Value];

const comparisons: ReadonlySet<string> = new Set(["==", "!=", "<", ">", "<=", ">=", "<>", "in", "not in", "is", "is not"]);

export function isComparison(operator: string): boolean {
  return comparisons.has(operator);
}

/** Equal as Python has it: numbers by what they are worth, tuples and lists by their items. */
export function areEqual(left: Value, right: Value): boolean {
  const [a, b] = [plain(left), plain(right)];
  if (isNumber(a) && isNumber(b)) return Number(a.value) === Number(b.value);
  if (a.kind === "list" && b.kind === "list") {
    if (a.form !== b.form || a.items.length !== b.items.length) return false;
    if (a.form === "set") return a.items.every((item) => b.items.some((other) => areEqual(item, other)));
    return a.items.every((item, index) => b.items[index] !== undefined && areEqual(item, b.items[index]));
  }
  return keyOf(a) === keyOf(b);
}

type NumberValue = Extract<Value, { readonly kind: "integer" | "float" | "boolean" }>;

function isNumber(value: Value): value is NumberValue {
  return value.kind === "integer" || value.kind === "float" || value.kind === "boolean";
}

/** A member of an enumeration whose members are texts or numbers counts as that. */
function plain(value: Value): Value {
  return isInstance(value) && isPlainValue(value.class) ? valueOfMember(value) : value;
}

/** A comparison of two values. */
export async function compare(operator: string, [left, right]: Pair, at: At): Promise<Value> {
  if (operator === "is" || operator === "is not") {
    const open = [left, right].find((value) => value.kind === "unknown");
    if (open?.kind === "unknown") return unknown(open.reason, open.location);
    const same = keyOf(left) === keyOf(right);
    return boolean(same === (operator === "is"));
  }
  const operated = isOpaque(left) || isOpaque(right) ? await at.run.world.operate?.(operator, [left, right], at.run, at.location) : null;
  if (operated !== null && operated !== undefined) return operated;
  if (operator === "not in") return negate(await contains(right, left, at), at.location);
  if (operator === "in") return contains(right, left, at);
  const open = [left, right].find((value) => value.kind === "unknown");
  if (open?.kind === "unknown") return unknown(open.reason, open.location);
  if (operator === "==") return boolean(areEqual(left, right));
  if (operator === "!=" || operator === "<>") return boolean(!areEqual(left, right));
  const order = compareValues(left, right, at.location);
  return boolean(operator === "<" ? order < 0 : operator === ">" ? order > 0 : operator === "<=" ? order <= 0 : order >= 0);
}

function isOpaque(value: Value): boolean {
  return value.kind === "thing" && !isClass(value) && !(isInstance(value) && value.attributes.has("value"));
}

async function contains(container: Value, item: Value, { run, location }: At): Promise<Value> {
  const open = [container, item].find((value) => value.kind === "unknown");
  if (open?.kind === "unknown") return unknown(open.reason, open.location);
  if (container.kind === "text") return boolean(item.kind === "text" && container.value.includes(item.value));
  if (container.kind === "map") return boolean(container.entries.has(keyOf(item)));
  const items = await run.iterate(container, location);
  if (items.some((each) => each.kind !== "unknown" && areEqual(each, item))) return boolean(true);
  const hidden = items.find((each) => each.kind === "unknown");
  return hidden?.kind === "unknown" ? unknown(hidden.reason, hidden.location) : boolean(false);
}

/** Less than, equal to or greater than zero. Throws what Python raises for values without an order. */
export function compareValues(left: Value, right: Value, location: SourceLocation): number {
  const [a, b] = [plain(left), plain(right)];
  if (isNumber(a) && isNumber(b)) return Number(a.value) - Number(b.value);
  if (a.kind === "text" && b.kind === "text") return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (a.kind === "list" && b.kind === "list") {
    for (const [index, item] of a.items.entries()) {
      const other = b.items[index];
      if (other === undefined) return 1;
      const order = compareValues(item, other, location);
      if (order !== 0) return order;
    }
    return a.items.length - b.items.length;
  }
  if (a.kind === "unknown" || b.kind === "unknown") throw new Stuck("what it compares is not known", location);
  throw new RaisedError("TypeError", `a ${a.kind} and a ${b.kind} have no order`, location);
}

/** `left operator right`. */
export async function operate(operator: string, [left, right]: Pair, at: At): Promise<Value> {
  const { location, run } = at;
  if (operator === "%" && left.kind === "text") return formatPercent(left.value, right, at);
  const given = await run.world.operate?.(operator, [left, right], run, location);
  if (given !== null && given !== undefined) return given;
  const open = [left, right].find((value) => value.kind === "unknown");
  if (open?.kind === "unknown") return unknown(open.reason, open.location);
  const [a, b] = [plain(left), plain(right)];
  if (isNumber(a) && isNumber(b)) return arithmetic(operator, [a, b], location);
  if (a.kind === "text" && b.kind === "text" && operator === "+")
    return a.origin === undefined ? text(a.value + b.value) : { kind: "text", value: a.value + b.value, origin: a.origin };
  if (operator === "*" && (a.kind === "text" || a.kind === "list") && b.kind === "integer") return repeat(a, Number(b.value));
  if (a.kind === "list" && b.kind === "list") return ofLists(operator, a, b) ?? (await byMethod(operator, left, right, at));
  if (a.kind === "map" && b.kind === "map" && operator === "|")
    return dictionary([...a.entries.values(), ...b.entries.values()].map(({ key, value }): [Value, Value] => [key, value]));
  return byMethod(operator, left, right, at);
}

const dunders: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "|": "or",
  "&": "and",
};

async function byMethod(operator: string, left: Value, right: Value, { run, location }: At): Promise<Value> {
  const name = dunders[operator];
  const call = { keywords: null, block: null, location };
  const own = name === undefined || left.kind !== "thing" ? null : await run.find(left, `__${name}__`, location);
  if (own !== null) return run.call(own, { ...call, positional: [right] });
  const reflected = name === undefined || right.kind !== "thing" ? null : await run.find(right, `__r${name}__`, location);
  if (reflected !== null) return run.call(reflected, { ...call, positional: [left] });
  const show = (value: Value): string => (value.kind === "thing" ? value.name : `a ${value.kind}`);
  return unknown(`nothing is known of ${show(left)} ${operator} ${show(right)}`, location);
}

type ListValue = Extract<Value, { readonly kind: "list" }>;

function ofLists(operator: string, left: ListValue, right: ListValue): Value | null {
  const has = (list: ListValue, item: Value): boolean => list.items.some((each) => areEqual(each, item));
  if (operator === "+") return { ...left, items: [...left.items, ...right.items] };
  if (left.form !== "set") return null;
  if (operator === "|") return makeSet([...left.items, ...right.items]);
  if (operator === "-") return makeSet(left.items.filter((item) => !has(right, item)));
  if (operator === "&") return makeSet(left.items.filter((item) => has(right, item)));
  if (operator === "^")
    return makeSet([...left.items.filter((item) => !has(right, item)), ...right.items.filter((item) => !has(left, item))]);
  return null;
}

function repeat(value: Extract<Value, { readonly kind: "text" | "list" }>, times: number): Value {
  if (value.kind === "text") return text(value.value.repeat(Math.max(times, 0)));
  return { ...value, items: Array.from({ length: Math.max(times, 0) }, () => value.items).flat() };
}

function arithmetic(operator: string, [left, right]: readonly [NumberValue, NumberValue], location: SourceLocation): Value {
  const whole = left.kind !== "float" && right.kind !== "float";
  if (["/", "//", "%"].includes(operator) && Number(right.value) === 0)
    throw new RaisedError("ZeroDivisionError", "division by zero", location);
  if (whole && operator !== "/") {
    const [a, b] = [BigInt(left.value), BigInt(right.value)];
    const floor = (): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
    switch (operator) {
      case "+": return integer(a + b);
      case "-": return integer(a - b);
      case "*": return integer(a * b);
      case "//": return integer(floor());
      case "%": return integer(a - floor() * b);
      case "**": return b < 0n ? { kind: "float", value: Number(a) ** Number(b) } : integer(a ** b);
      case "|": return integer(a | b);
      case "&": return integer(a & b);
      case "^": return integer(a ^ b);
      case "<<": return integer(a << b);
      case ">>": return integer(a >> b);
    } // prettier-ignore
  }
  const [a, b] = [Number(left.value), Number(right.value)];
  const results: Readonly<Record<string, number>> = {
    "+": a + b,
    "-": a - b,
    "*": a * b,
    "/": a / b,
    "//": Math.floor(a / b),
    "%": a - Math.floor(a / b) * b,
    "**": a ** b,
  };
  const value = results[operator];
  if (value === undefined) throw new Stuck(`the operator ${operator} is not followed here`, location);
  return { kind: "float", value };
}

/** `-value`, `~value`, `+value`. */
export async function operateOne(operator: string, value: Value, { run, location }: At): Promise<Value> {
  if (value.kind === "unknown") return unknown(value.reason, location);
  if (value.kind === "integer") return integer(operator === "-" ? -value.value : operator === "~" ? ~value.value : value.value);
  if (value.kind === "float") return { kind: "float", value: operator === "-" ? -value.value : value.value };
  const given = await run.world.operate?.(operator, [value], run, location);
  if (given !== null && given !== undefined) return given;
  const method = value.kind === "thing" ? await run.find(value, operator === "-" ? "__neg__" : "__invert__", location) : null;
  if (method !== null) return run.call(method, { positional: [], keywords: null, block: null, location });
  return unknown(`nothing is known of ${operator} of ${value.kind === "thing" ? value.name : `a ${value.kind}`}`, location);
}
