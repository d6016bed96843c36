import { toJson } from "../json.ts";
import { createHash } from "node:crypto";
import { boolean, dictionary, integer, list, nil, text, unknown, type Arguments, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { given, keywordOf, libraryThing, makeThing } from "../things.ts";
import { isTruthy } from "../truth.ts";
import type { Library } from "./index.ts";

/** A value that JSON has, as Python's. */
function fromJson(value: unknown): Value {
  if (value === null) return nil;
  if (typeof value === "boolean") return boolean(value);
  if (typeof value === "number") return Number.isInteger(value) ? integer(value) : { kind: "float", value };
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return list(value.map(fromJson));
  return dictionary(Object.entries(value as object).map(([key, of]): [Value, Value] => [text(key), fromJson(of)]));
}

function dumps(call: Arguments): Value {
  const indent = keywordOf(call, "indent");
  const sort = keywordOf(call, "sort_keys");
  const shown = toJson(call.positional[0] ?? nil, {
    indent: indent?.kind === "integer" ? " ".repeat(Number(indent.value)) : "",
    sort: sort !== null && isTruthy(sort, call.location),
  });
  return shown === null ? unknown("what it writes as JSON is not known", call.location) : text(shown);
}

function loads({ positional: [value], location }: Arguments): Value {
  if (value?.kind !== "text") return unknown("the JSON is not known", location);
  try {
    return fromJson(JSON.parse(value.value));
  } catch {
    return unknown("the text is no JSON", location);
  }
}

/** A regular expression of Python in JavaScript's terms; `null` where it is none. */
function pattern(value: Value | undefined, flags = "u"): RegExp | null {
  if (value?.kind !== "text") return null;
  try {
    return new RegExp(
      value.value.replaceAll("(?P<", "(?<").replaceAll("(?P=", "\\k<").replaceAll("\\Z", "$").replaceAll("\\A", "^"),
      flags,
    );
  } catch {
    return null;
  }
}

async function substitute({ positional: [expression, by, value], location }: Arguments, run: Interpreter): Promise<Value> {
  const found = pattern(expression, "gu");
  if (found === null || value?.kind !== "text") return unknown("what it replaces is not known", location);
  if (by?.kind === "text")
    return text(
      value.value.replace(
        found,
        by.value
          .replaceAll("$", "$$$$")
          .replace(/\\g<(\w+)>/g, "$<$1>")
          .replace(/\\(\d)/g, "$$$1"),
      ),
    );
  return by === undefined
    ? unknown("what it replaces with is not known", location)
    : run.call(by, { positional: [], keywords: null, block: null, location });
}

function match({ positional: [expression, value], location }: Arguments, at: "start" | "anywhere" | "whole"): Value {
  const found = pattern(expression, at === "start" ? "uy" : "u");
  if (found === null || value?.kind !== "text") return unknown("what it looks for is not known", location);
  const matched = found.exec(value.value);
  if (matched === null || (at === "whole" && matched[0] !== value.value)) return nil;
  const group = (key: Value | undefined): Value => {
    const part = key?.kind === "text" ? matched.groups?.[key.value] : matched[key?.kind === "integer" ? Number(key.value) : 0];
    return part === undefined ? nil : text(part);
  };
  return makeThing({
    name: "a match",
    attribute: async (name) => {
      if (name === "group" || name === "__getitem__") return given(async ({ positional: [key] }) => group(key));
      return name === "groups"
        ? given(async () => ({
            kind: "list",
            form: "tuple",
            items: matched.slice(1).map((part) => (part === undefined ? nil : text(part))),
          }))
        : null;
    },
  });
}

function dedent({ positional: [value], location }: Arguments): Value {
  if (value?.kind !== "text") return unknown("the text is not known", location);
  const lines = value.value.split("\n").map((line) => (line.trim() === "" ? "" : line));
  const margin = Math.min(...lines.filter((line) => line !== "").map((line) => line.length - line.trimStart().length));
  const cut = lines.map((line) => line.slice(Number.isFinite(margin) ? margin : 0)).join("\n");
  return value.origin === undefined ? text(cut) : { kind: "text", value: cut, origin: value.origin };
}

function digest(algorithm: string): () => Value {
  return () =>
    given(async ({ positional: [value], location }) => {
      if (value?.kind !== "text") return unknown("what it makes a sum of is not known", location);
      const sum = createHash(algorithm).update(value.value, "utf8").digest("hex");
      return makeThing({ name: "a sum", attribute: async (name) => (name === "hexdigest" ? given(async () => text(sum)) : null) });
    });
}

export const texts: Library = {
  "json.dumps": () => given(async (call) => dumps(call)),
  "json.loads": () => given(async (call) => loads(call)),
  "re.sub": (run) => given((call) => substitute(call, run)),
  "re.match": () => given(async (call) => match(call, "start")),
  "re.search": () => given(async (call) => match(call, "anywhere")),
  "re.fullmatch": () => given(async (call) => match(call, "whole")),
  "re.escape": () => given(async ({ positional: [value] }) => text(value?.kind === "text" ? value.value.replace(/[^\w]/g, "\\$&") : "")),
  "re.compile": () => libraryThing("re.compile"),
  "textwrap.dedent": () => given(async (call) => dedent(call)),
  "inspect.cleandoc": () => given(async (call) => dedent(call)),
  "hashlib.md5": digest("md5"),
  "hashlib.sha1": digest("sha1"),
  "hashlib.sha256": digest("sha256"),
  "string.ascii_lowercase": () => text("abcdefghijklmnopqrstuvwxyz"),
  "string.ascii_uppercase": () => text("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  "string.digits": () => text("0123456789"),
};
