import { Stuck } from "../../stuck.ts";
import { boolean, integer, list, nil, text, unknown, type Message, type Text, type Value } from "../../value.ts";
import { formatBraces } from "../format.ts";
import { showValue } from "../show-value.ts";
import type { Interpreter } from "../interpreter.ts";
import type { CoreMethod } from "./index.ts";

/** A positional argument that is a text; `null` where it was not given. */
function textAt({ positional, location }: Message, index: number): string | null {
  const value = positional[index];
  if (value === undefined || value.kind === "nil") return null;
  if (value.kind === "text") return value.value;
  throw new Stuck(
    value.kind === "unknown" ? `it is made of what is not known: ${value.reason}` : `a ${value.kind} stands where a text should`,
    location,
  );
}

function numberAt({ positional, location }: Message, index: number): number | null {
  const value = positional[index];
  if (value === undefined || value.kind === "nil") return null;
  if (value.kind === "integer") return Number(value.value);
  throw new Stuck("a number is not known", location);
}

/** The characters at the ends that are stripped: white space, or those that are named. */
function strip(value: string, chars: string | null, ends: "both" | "left" | "right"): string {
  const strips = (char: string): boolean => (chars === null ? /\s/.test(char) : chars.includes(char));
  const all = value.split("");
  const first = ends === "right" ? 0 : all.findIndex((char) => !strips(char));
  const last = ends === "left" ? all.length - 1 : all.findLastIndex((char) => !strips(char));
  return first === -1 ? "" : value.slice(first, last + 1);
}

function split(self: Text, message: Message, from: "left" | "right"): Value {
  const separator = textAt(message, 0);
  const most = numberAt(message, 1) ?? -1;
  const parts =
    separator === null
      ? self.value
          .trim()
          .split(/\s+/)
          .filter((part) => part !== "")
      : self.value.split(separator);
  const glue = separator ?? " ";
  if (most < 0 || parts.length <= most + 1) return list(parts.map((part) => text(part)));
  const cut =
    from === "left"
      ? [...parts.slice(0, most), parts.slice(most).join(glue)]
      : [parts.slice(0, parts.length - most).join(glue), ...parts.slice(parts.length - most)];
  return list(cut.map((part) => text(part)));
}

function partition(self: Text, message: Message, at: number): Value {
  const separator = textAt(message, 0) ?? "";
  const parts = at === -1 ? [self.value, "", ""] : [self.value.slice(0, at), separator, self.value.slice(at + separator.length)];
  return { kind: "list", form: "tuple", items: parts.map((part) => text(part)) };
}

function startsOrEnds(message: Message, test: (part: string) => boolean): Value {
  const [wanted] = message.positional;
  if (wanted?.kind === "list") return boolean(wanted.items.some((item) => item.kind === "text" && test(item.value)));
  return boolean(test(textAt(message, 0) ?? ""));
}

async function join(self: Text, { positional, location }: Message, run: Interpreter): Promise<Value> {
  const [items] = positional;
  if (items === undefined) return unknown("there is nothing to join", location);
  if (items.kind === "unknown") return unknown(items.reason, items.location);
  const parts: string[] = [];
  for (const item of await run.iterate(items, location)) {
    const shown = await showValue(item, { run, location });
    if (shown.kind === "unknown") return shown;
    parts.push(shown.value);
  }
  return text(parts.join(self.value));
}

const title = (value: string): string => value.toLowerCase().replace(/(?<![\p{L}])\p{L}/gu, (char) => char.toUpperCase());

export const textMethods: Readonly<Record<string, CoreMethod<Text>>> = {
  format: (self, message, run) => formatBraces(self.value, message, { run, location: message.location }),
  join,
  strip: (self, message) => trimmed(self, message, "both"),
  lstrip: (self, message) => trimmed(self, message, "left"),
  rstrip: (self, message) => trimmed(self, message, "right"),
  lower: ({ value }) => text(value.toLowerCase()),
  casefold: ({ value }) => text(value.toLowerCase()),
  upper: ({ value }) => text(value.toUpperCase()),
  title: ({ value }) => text(title(value)),
  capitalize: ({ value }) => text(value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()),
  swapcase: ({ value }) =>
    text(value.replace(/\p{L}/gu, (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))),
  replace: (self, message) => {
    const [before, after, most] = [textAt(message, 0) ?? "", textAt(message, 1) ?? "", numberAt(message, 2)];
    if (most === null || most < 0)
      return keepOrigin(
        self,
        self.value.replaceAll(before, () => after),
      );
    const parts = self.value.split(before);
    return text(parts.slice(0, most + 1).join(after) + (parts.length > most + 1 ? before + parts.slice(most + 1).join(before) : ""));
  },
  split: (self, message) => split(self, message, "left"),
  rsplit: (self, message) => split(self, message, "right"),
  splitlines: ({ value }) =>
    list(
      value
        .replace(/\r?\n$/, "")
        .split(/\r?\n/)
        .map((line) => text(line)),
    ),
  partition: (self, message) => partition(self, message, self.value.indexOf(textAt(message, 0) ?? "")),
  rpartition: (self, message) => partition(self, message, self.value.lastIndexOf(textAt(message, 0) ?? "")),
  startswith: ({ value }, message) => startsOrEnds(message, (part) => value.startsWith(part)),
  endswith: ({ value }, message) => startsOrEnds(message, (part) => value.endsWith(part)),
  removeprefix: ({ value }, message) =>
    text(value.startsWith(textAt(message, 0) ?? "") ? value.slice((textAt(message, 0) ?? "").length) : value),
  removesuffix: ({ value }, message) =>
    text(textAt(message, 0) && value.endsWith(textAt(message, 0) ?? "") ? value.slice(0, -(textAt(message, 0) ?? "").length) : value),
  find: ({ value }, message) => integer(value.indexOf(textAt(message, 0) ?? "", numberAt(message, 1) ?? 0)),
  rfind: ({ value }, message) => integer(value.lastIndexOf(textAt(message, 0) ?? "")),
  index: ({ value }, message) => integer(value.indexOf(textAt(message, 0) ?? "")),
  count: ({ value }, message) => integer(value.split(textAt(message, 0) ?? "").length - 1),
  zfill: ({ value }, message) =>
    text(
      value.startsWith("-")
        ? `-${value.slice(1).padStart((numberAt(message, 0) ?? 1) - 1, "0")}`
        : value.padStart(numberAt(message, 0) ?? 0, "0"),
    ),
  ljust: ({ value }, message) => text(value.padEnd(numberAt(message, 0) ?? 0, textAt(message, 1) ?? " ")),
  rjust: ({ value }, message) => text(value.padStart(numberAt(message, 0) ?? 0, textAt(message, 1) ?? " ")),
  isdigit: ({ value }) => boolean(/^\d+$/.test(value)),
  isnumeric: ({ value }) => boolean(/^\d+$/.test(value)),
  isalpha: ({ value }) => boolean(/^\p{L}+$/u.test(value)),
  isalnum: ({ value }) => boolean(/^[\p{L}\d]+$/u.test(value)),
  isupper: ({ value }) => boolean(value !== value.toLowerCase() && value === value.toUpperCase()),
  islower: ({ value }) => boolean(value !== value.toUpperCase() && value === value.toLowerCase()),
  isspace: ({ value }) => boolean(/^\s+$/.test(value)),
  isidentifier: ({ value }) => boolean(/^[\p{L}_][\p{L}\d_]*$/u.test(value)),
  expandtabs: (self) => self,
  encode: (self) => self,
  decode: (self) => self,
  hex: ({ value }) => text(Buffer.from(value, "latin1").toString("hex")),
  __len__: ({ value }) => integer(Array.from(value).length),
  __contains__: ({ value }, message) => boolean(value.includes(textAt(message, 0) ?? "")),
  __doc__: () => nil,
};

function trimmed(self: Text, message: Message, ends: "both" | "left" | "right"): Value {
  const chars = textAt(message, 0);
  const value = strip(self.value, chars, ends);
  // Lines cut off in front would shift where the others stand.
  return self.origin === undefined || ends === "right" ? keepOrigin(self, value) : text(value);
}

function keepOrigin({ origin }: Text, value: string): Value {
  return origin === undefined ? text(value) : { kind: "text", value, origin };
}
