import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { keyOf, text, unknown, type Arguments, type Value } from "../value.ts";
import type { Interpreter } from "./interpreter.ts";
import { represent, showFloat } from "./show.ts";
import { showValue } from "./show-value.ts";

interface At {
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

/** One value by a format specification (`>10`, `05d`, `,`, `.2f`, `x`). Throws `Stuck` for what is not followed. */
export function formatSpec(value: Value, spec: string, location: SourceLocation): string {
  const found = /^(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su.exec(spec);
  if (found === null) throw new Stuck(`the format ${spec} is not followed here`, location);
  const [, fill, align, sign = "", , zero, width = "0", group, precision, type] = found;
  const number =
    value.kind === "integer" || value.kind === "float"
      ? value
      : value.kind === "boolean"
        ? { kind: "integer" as const, value: BigInt(value.value) }
        : null;
  let shown = number === null ? textOf(value, location) : numberText(number, { type, precision, group, location });
  if (number === null && precision !== undefined) shown = shown.slice(0, Number(precision));
  if (number !== null && sign !== "" && sign !== "-" && !shown.startsWith("-")) shown = sign + shown;
  const missing = Math.max(Number(width) - shown.length, 0);
  const pad = fill ?? (zero === undefined ? " " : "0");
  const how = align ?? (zero !== undefined && number !== null ? "=" : number === null ? "<" : ">");
  if (how === "=") return /^[-+ ]/.test(shown) ? shown.slice(0, 1) + pad.repeat(missing) + shown.slice(1) : pad.repeat(missing) + shown;
  const before = how === "<" ? 0 : how === ">" ? missing : Math.floor(missing / 2);
  return pad.repeat(before) + shown + pad.repeat(missing - before);
}

function textOf(value: Value, location: SourceLocation): string {
  const shown = value.kind === "text" ? value.value : represent(value);
  if (shown === null) throw new Stuck("the text of what it formats is not known", location);
  return shown;
}

interface Numeric {
  readonly type: string | undefined;
  readonly precision: string | undefined;
  readonly group: string | undefined;
  readonly location: SourceLocation;
}

function numberText(value: Extract<Value, { readonly kind: "integer" | "float" }>, { type, precision, group, location }: Numeric): string {
  const grouped = (digits: string): string => (group === undefined ? digits : digits.replace(/\B(?=(\d{3})+(?!\d))/g, group));
  const bases: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8, b: 2 };
  const base = type === undefined ? undefined : bases[type];
  if (base !== undefined && value.kind === "integer") {
    const digits = value.value.toString(base);
    return type === "X" ? digits.toUpperCase() : digits;
  }
  if (type === undefined || type === "d" || type === "n")
    return value.kind === "integer"
      ? grouped(String(value.value))
      : precision === undefined
        ? showFloat(value.value)
        : String(Number(value.value.toPrecision(Number(precision))));
  const fixed = (places: number, of: number): string => {
    const [whole = "", part] = of.toFixed(places).split(".");
    return grouped(whole) + (part === undefined ? "" : `.${part}`);
  };
  const number = Number(value.value);
  if (type === "f" || type === "F") return fixed(Number(precision ?? 6), number);
  if (type === "%") return `${fixed(Number(precision ?? 6), number * 100)}%`;
  if (type === "e") return number.toExponential(Number(precision ?? 6)).replace(/e([+-])(\d)$/, "e$10$2");
  if (type === "s" || type === "g") return String(number);
  throw new Stuck(`the format ${type} is not followed here`, location);
}

/** `template % values`. */
export async function formatPercent(template: string, values: Value, at: At): Promise<Value> {
  const given = values.kind === "list" && values.form === "tuple" ? values.items : [values];
  let index = 0;
  let result = "";
  let last = 0;
  for (const found of template.matchAll(/%(?:\((\w+)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])/g)) {
    const [whole, name, flags = "", width = "", precision, type = "s"] = found;
    result += template.slice(last, found.index);
    last = found.index + whole.length;
    if (type === "%") {
      result += "%";
      continue;
    }
    const value = name === undefined ? given[index++] : values.kind === "map" ? values.entries.get(keyOf(text(name)))?.value : values;
    if (value === undefined) throw new RaisedError("TypeError", "not enough arguments for format string", at.location);
    if (value.kind === "unknown") return unknown(value.reason, value.location);
    const shown = await percentText(value, { type, precision }, at);
    if (shown.kind === "unknown") return shown;
    const missing = Math.max(Number(width || 0) - shown.value.length, 0);
    const zero = flags.includes("0") && !flags.includes("-") && type !== "s" && type !== "r";
    result += flags.includes("-") ? shown.value + " ".repeat(missing) : (zero ? "0" : " ").repeat(missing) + shown.value;
  }
  return text(result + template.slice(last));
}

async function percentText(
  value: Value,
  { type, precision }: { readonly type: string; readonly precision: string | undefined },
  at: At,
): Promise<Extract<Value, { readonly kind: "text" | "unknown" }>> {
  if (type === "r" || type === "a") {
    const shown = represent(value);
    return shown === null ? unknown("what it looks like is not known", at.location) : { kind: "text", value: shown };
  }
  if (type === "s") {
    const shown = await showValue(value, at);
    return shown.kind === "text" && precision !== undefined ? { kind: "text", value: shown.value.slice(0, Number(precision)) } : shown;
  }
  const whole = type === "i" || type === "u" || type === "d";
  const number: Value = whole && value.kind === "float" ? { kind: "integer", value: BigInt(Math.trunc(value.value)) } : value;
  return { kind: "text", value: formatSpec(number, `${precision === undefined ? "" : `.${precision}`}${whole ? "d" : type}`, at.location) };
}

/** `template.format(…)`. */
export async function formatBraces(
  template: string,
  { positional, keywords }: Pick<Arguments, "positional" | "keywords">,
  at: At,
): Promise<Value> {
  let index = 0;
  let result = "";
  let last = 0;
  for (const found of template.matchAll(/\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g)) {
    const [whole, path = "", conversion, spec = ""] = found;
    result += template.slice(last, found.index);
    last = found.index + whole.length;
    if (whole === "{{" || whole === "}}") {
      result += whole.charAt(0);
      continue;
    }
    const [name = "", ...steps] = path.split(/(?=[.[])/);
    const first =
      name === "" ? positional[index++] : /^\d+$/.test(name) ? positional[Number(name)] : keywords?.entries.get(keyOf(text(name)))?.value;
    if (first === undefined) throw new RaisedError("KeyError", name, at.location);
    let value = first;
    for (const step of steps)
      value = step.startsWith(".")
        ? await at.run.attribute(value, step.slice(1), at.location)
        : itemNamed(value, step.slice(1, -1), at.location);
    if (value.kind === "unknown") return unknown(value.reason, value.location);
    if (conversion === "r") value = { kind: "text", value: represent(value) ?? "" };
    if (spec !== "") result += formatSpec(value, spec, at.location);
    else {
      const shown = await showValue(value, at);
      if (shown.kind === "unknown") return shown;
      result += shown.value;
    }
  }
  return text(result + template.slice(last));
}

function itemNamed(value: Value, key: string, location: SourceLocation): Value {
  if (value.kind === "list") return value.items[Number(key)] ?? unknown(`there is no item ${key}`, location);
  if (value.kind === "map") return value.entries.get(keyOf(text(key)))?.value ?? unknown(`there is no item ${key}`, location);
  return unknown(`a ${value.kind} has no items`, location);
}
