import { boolean, integer, list, nil, symbol, text, unknown, type Message, type Text, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { showSimple } from "../show.ts";
import { formatText } from "../format.ts";

type TextLike = Text | Extract<Value, { readonly kind: "symbol" }>;

/** A Ruby pattern as JavaScript has it, for what the two share. */
export function toPattern({ source, flags }: { readonly source: string; readonly flags: string }, global = ""): RegExp {
  const converted = source
    .replaceAll("\\A", "^")
    .replaceAll(/\\[zZ]/g, "$")
    .replaceAll("\\h", "[0-9a-fA-F]")
    .replaceAll("(?<", "(?<")
    .replaceAll("[[:space:]]", "\\s")
    .replaceAll("[[:alnum:]]", "[A-Za-z0-9]");
  return new RegExp(
    converted,
    `${flags.includes("i") ? "i" : ""}${flags.includes("m") ? "s" : ""}${source.includes("\\A") || source.includes("\\z") ? "" : "m"}${global}`,
  );
}

const simple: Readonly<Record<string, (value: string) => Value>> = {
  to_s: text,
  to_str: text,
  to_sym: symbol,
  intern: symbol,
  upcase: (value) => text(value.toUpperCase()),
  downcase: (value) => text(value.toLowerCase()),
  capitalize: (value) => text(value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()),
  strip: (value) => text(value.trim()),
  lstrip: (value) => text(value.trimStart()),
  rstrip: (value) => text(value.trimEnd()),
  chomp: (value) => text(value.replace(/\r?\n$/, "")),
  chop: (value) => text(value.slice(0, -1)),
  reverse: (value) => text([...value].reverse().join("")),
  length: (value) => integer([...value].length),
  size: (value) => integer([...value].length),
  bytesize: (value) => integer(Buffer.byteLength(value)),
  "empty?": (value) => boolean(value === ""),
  to_i: (value) => integer(BigInt(/^\s*([-+]?\d+)/.exec(value.replaceAll("_", ""))?.[1]?.replace("+", "") ?? "0")),
  to_f: (value) => ({ kind: "float", value: Number.parseFloat(value) || 0 }),
  lines: (value) => list((value.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(text)),
  chars: (value) => list([...value].map(text)),
  hash: (value) => text(value),
  to_proc: symbol,
  "+@": text,
  "-@": text,
  swapcase: (value) => text([...value].map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join("")),
  dump: (value) => text(JSON.stringify(value)),
  "ascii_only?": (value) => boolean([...value].every((char) => char.charCodeAt(0) < 128)),
  encoding: () => text("UTF-8"),
};

const keepsKind: ReadonlySet<string> = new Set(["upcase", "downcase", "capitalize", "swapcase"]);

export async function textMethods(self: TextLike, message: Message, run: Interpreter): Promise<Value | null> {
  const { name, positional } = message;
  const [first = nil] = positional;
  const open = positional.find((value) => value.kind === "unknown");
  if (open?.kind === "unknown" && name !== "==") return unknown(open.reason, open.location);
  const bare = name.endsWith("!") ? name.slice(0, -1) : name;
  const made = (await withoutArguments(self, bare, positional)) ?? (await withArguments(self, { ...message, name: bare }, run));
  if (made === null || bare === name || self.kind !== "text" || made.kind !== "text") return made;
  self.value = made.value;
  return first.kind === "unknown" ? null : self;
}

async function withoutArguments(self: TextLike, name: string, positional: readonly Value[]): Promise<Value | null> {
  if (positional.length > 0 || !Object.hasOwn(simple, name)) return null;
  if (self.kind === "text" && (name === "to_s" || name === "to_str")) return self;
  const made = simple[name]?.(self.value) ?? null;
  return made?.kind === "text" && self.kind === "symbol" && keepsKind.has(name) ? symbol(made.value) : made;
}

async function withArguments(self: TextLike, message: Message, run: Interpreter): Promise<Value | null> {
  const { name, positional, location } = message;
  const [first = nil, second = nil] = positional;
  const other = first.kind === "text" || first.kind === "symbol" ? first.value : null;
  const { value } = self;
  switch (name) {
    case "+":
      return other === null ? null : text(value + other);
    case "*":
      return first.kind === "integer" && value.length * Number(first.value) < 1_000_000 ? text(value.repeat(Number(first.value))) : null;
    case "%":
      return formatText([text(value), ...(first.kind === "list" ? first.items : [first])], {
        keywords: first.kind === "map" ? first : null,
        location,
      });
    case "<<":
    case "concat":
      if (self.kind !== "text" || other === null) return null;
      self.value += other;
      return self;
    case "===":
    case "==":
      return first.kind === "unknown" ? unknown(first.reason, first.location) : boolean(first.kind === self.kind && other === value);
    case "<=>":
      return other === null ? nil : integer(value < other ? -1 : value > other ? 1 : 0);
    case "<":
      return other === null ? null : boolean(value < other);
    case ">":
      return other === null ? null : boolean(value > other);
    case "start_with?":
    case "end_with?":
      return boolean(
        positional.some((each) =>
          each.kind === "text"
            ? name === "start_with?"
              ? value.startsWith(each.value)
              : value.endsWith(each.value)
            : each.kind === "pattern" && toPattern(each).test(value),
        ),
      );
    case "include?":
      return other === null ? null : boolean(value.includes(other));
    case "index":
      return other === null ? null : value.includes(other) ? integer(value.indexOf(other)) : nil;
    case "delete_prefix":
      return other === null ? null : text(value.startsWith(other) ? value.slice(other.length) : value);
    case "delete_suffix":
      return other === null ? null : text(value.endsWith(other) ? value.slice(0, value.length - other.length) : value);
    case "delete":
      return other === null ? null : text([...value].filter((char) => !other.includes(char)).join(""));
    case "ljust":
      return first.kind === "integer" ? text(value.padEnd(Number(first.value), second.kind === "text" ? second.value : " ")) : null;
    case "rjust":
      return first.kind === "integer" ? text(value.padStart(Number(first.value), second.kind === "text" ? second.value : " ")) : null;
    case "split":
      return list(splitText(value, first).map(text));
    case "tr":
      return other !== null && second.kind === "text" ? text(translate(value, other, second.value)) : null;
    case "match?":
      return first.kind === "pattern" ? boolean(toPattern(first).test(value)) : other === null ? null : boolean(value.includes(other));
    case "=~":
      return first.kind === "pattern" ? (toPattern(first).test(value) ? integer(value.search(toPattern(first))) : nil) : null;
    case "scan":
      return first.kind === "pattern"
        ? list(
            [...value.matchAll(toPattern(first, "g"))].map((found) =>
              found.length > 1 ? list(found.slice(1).map((part) => text(part ?? ""))) : text(found[0]),
            ),
          )
        : null;
    case "sub":
    case "gsub":
      return substitute(value, message, run);
    case "[]":
    case "slice":
      return slice(value, first, second);
    case "each_line":
      for (const line of value.match(/[^\n]*\n|[^\n]+$/g) ?? [])
        if (message.block !== null) await run.perform(message.block, { ...message, positional: [text(line)], block: null });
      return self;
    case "to_proc":
      return null;
    case "encode":
    case "force_encoding":
    case "unicode_normalize":
      return self;
    case "to_i":
      return first.kind === "integer" ? integer(Number.parseInt(value, Number(first.value)) || 0) : null;
    default:
      return null;
  }
}

function splitText(value: string, by: Value): readonly string[] {
  if (by.kind === "pattern") return value.split(toPattern(by));
  if (by.kind !== "text" || by.value === " ") return value.trim() === "" ? [] : value.trim().split(/\s+/);
  const parts = value.split(by.value);
  while (parts.at(-1) === "") parts.pop();
  return parts;
}

function translate(value: string, from: string, to: string): string {
  const spread = (set: string): string =>
    set.replace(/(.)-(.)/g, (_whole, low: string, high: string) =>
      Array.from({ length: high.charCodeAt(0) - low.charCodeAt(0) + 1 }, (_none, at) => String.fromCharCode(low.charCodeAt(0) + at)).join(
        "",
      ),
    );
  const [source, target] = [spread(from), spread(to)];
  return [...value].map((char) => (source.includes(char) ? (target[source.indexOf(char)] ?? target.at(-1) ?? "") : char)).join("");
}

async function substitute(value: string, message: Message, run: Interpreter): Promise<Value | null> {
  const [what = nil, by] = message.positional;
  if (what.kind !== "pattern" && what.kind !== "text") return null;
  const pattern =
    what.kind === "pattern"
      ? toPattern(what, message.name === "gsub" ? "g" : "")
      : new RegExp(what.value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), message.name === "gsub" ? "g" : "");
  if (by?.kind === "text")
    return text(
      value.replace(
        pattern,
        by.value
          .replaceAll("$", "$$$$")
          .replace(/\\(\d)/g, "$$$1")
          .replaceAll("\\k<", "$<"),
      ),
    );
  if (message.block === null) return null;
  const found = [...value.matchAll(new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`))].slice(
    0,
    message.name === "gsub" ? undefined : 1,
  );
  let made = "";
  let at = 0;
  for (const match of found) {
    const shown = showSimple(await message.block.call({ ...message, positional: [text(match[0])], block: null }));
    if (shown === null || run.world === undefined) return null;
    made += value.slice(at, match.index) + shown;
    at = match.index + match[0].length;
  }
  return text(made + value.slice(at));
}

function slice(value: string, first: Value, second: Value): Value | null {
  const characters = [...value];
  const place = (at: bigint): number => (at < 0n ? characters.length + Number(at) : Number(at));
  if (first.kind === "integer" && second.kind === "integer")
    return text(characters.slice(place(first.value), place(first.value) + Number(second.value)).join(""));
  if (first.kind === "integer") return characters[place(first.value)] === undefined ? nil : text(characters[place(first.value)] ?? "");
  if (first.kind === "text") return value.includes(first.value) ? text(first.value) : nil;
  if (first.kind === "pattern") {
    const found = toPattern(first).exec(value);
    const part = found?.[second.kind === "integer" ? Number(second.value) : 0];
    return part === undefined ? nil : text(part);
  }
  if (first.kind === "range" && first.from.kind === "integer" && (first.to.kind === "integer" || first.to.kind === "nil")) {
    const to = first.to.kind === "nil" ? characters.length : place(first.to.value) + (first.exclusive ? 0 : 1);
    return text(characters.slice(place(first.from.value), to).join(""));
  }
  return null;
}
