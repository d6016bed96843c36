import { boolean, integer, list, nil, text, dictionary, unknown, type Message, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { toPattern } from "./text.ts";

type NumberValue = Extract<Value, { readonly kind: "integer" | "float" }>;

/** Powers and products beyond this are no part of a migration, and would take memory without end. */
const mostDigits = 1000;

export async function numberMethods(self: NumberValue, message: Message, run: Interpreter): Promise<Value | null> {
  const [other = nil] = message.positional;
  if (other.kind === "unknown") return unknown(other.reason, other.location);
  if (other.kind === "integer" || other.kind === "float") {
    const made =
      self.kind === "integer" && other.kind === "integer"
        ? integers(message.name, self.value, other.value)
        : floats(message.name, Number(self.value), Number(other.value));
    if (made !== null) return made;
  }
  switch (message.name) {
    case "to_i":
    case "to_int":
    case "floor":
    case "truncate":
      return self.kind === "integer" ? self : integer(Math.floor(self.value));
    case "ceil":
      return self.kind === "integer" ? self : integer(Math.ceil(self.value));
    case "round":
      return self.kind === "integer"
        ? self
        : other.kind === "integer"
          ? { kind: "float", value: Number(self.value.toFixed(Number(other.value))) }
          : integer(Math.round(self.value));
    case "to_f":
    case "to_d":
      return { kind: "float", value: Number(self.value) };
    case "abs":
      return self.kind === "integer" ? integer(self.value < 0n ? -self.value : self.value) : { kind: "float", value: Math.abs(self.value) };
    case "-@":
      return self.kind === "integer" ? integer(-self.value) : { kind: "float", value: -self.value };
    case "+@":
      return self;
    case "succ":
    case "next":
      return self.kind === "integer" ? integer(self.value + 1n) : null;
    case "pred":
      return self.kind === "integer" ? integer(self.value - 1n) : null;
    case "zero?":
      return boolean(Number(self.value) === 0);
    case "positive?":
      return boolean(Number(self.value) > 0);
    case "negative?":
      return boolean(Number(self.value) < 0);
    case "even?":
      return self.kind === "integer" ? boolean(self.value % 2n === 0n) : null;
    case "odd?":
      return self.kind === "integer" ? boolean(self.value % 2n !== 0n) : null;
    case "times":
    case "upto": {
      if (self.kind !== "integer" || message.block === null) return null;
      const [from, to] = message.name === "times" ? [0n, self.value - 1n] : [self.value, other.kind === "integer" ? other.value : -1n];
      for (let at = from; at <= to; at++) await run.perform(message.block, { ...message, positional: [integer(at)], block: null });
      return self;
    }
    default:
      return null;
  }
}

function integers(name: string, left: bigint, right: bigint): Value | null {
  if (name === "**")
    return right >= 0n && right < 10_000n && String(left).length * Number(right) < mostDigits ? integer(left ** right) : null;
  if (name === "*" && String(left).length + String(right).length > mostDigits) return null;
  if (name === "/" && right !== 0n) return integer((left - (((left % right) + right) % right)) / right);
  if (name === "%" && right !== 0n) return integer(((left % right) + right) % right);
  if (name === "+") return integer(left + right);
  if (name === "-") return integer(left - right);
  if (name === "*") return integer(left * right);
  if (name === "<=>") return integer(left < right ? -1 : left > right ? 1 : 0);
  return compare(name, left, right);
}

function floats(name: string, left: number, right: number): Value | null {
  const made: Readonly<Record<string, number>> = {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": left / right,
    "**": left ** right,
  };
  const value = Object.hasOwn(made, name) ? made[name] : undefined;
  return value === undefined ? compare(name, left, right) : { kind: "float", value };
}

function compare(name: string, left: number | bigint, right: number | bigint): Value | null {
  if (name === "<") return boolean(left < right);
  if (name === ">") return boolean(left > right);
  if (name === "<=") return boolean(left <= right);
  if (name === ">=") return boolean(left >= right);
  return null;
}

export async function patternMethods(
  self: Extract<Value, { readonly kind: "pattern" }>,
  { name, positional: [other = nil] }: Message,
): Promise<Value | null> {
  if (other.kind !== "text" && other.kind !== "symbol") return null;
  const found = toPattern(self).exec(other.value);
  if (name === "match?" || name === "===") return boolean(found !== null);
  if (name === "=~") return found === null ? nil : integer(found.index);
  if (name === "match") return found === null ? nil : list([...found].map((part) => (part === undefined ? nil : text(part))));
  return null;
}

export async function nilMethods({ name }: Message): Promise<Value | null> {
  if (name === "to_a") return list([]);
  if (name === "to_h") return dictionary([]);
  if (name === "to_i") return integer(0);
  if (name === "&") return boolean(false);
  return null;
}
