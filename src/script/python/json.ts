import type { Value } from "../value.ts";
import { valueOfMember } from "./enums.ts";
import { showFloat } from "./show.ts";

interface JsonStyle {
  readonly indent: string;
  readonly sort: boolean;
}

/** `json.dumps`, with its default separators; `null` where a part is not known, or is nothing that JSON has. */
export function toJson(given: Value, style: JsonStyle = { indent: "", sort: false }, depth = ""): string | null {
  const value = valueOfMember(given);
  const inner = depth + style.indent;
  const [open, comma, close] = style.indent === "" ? ["", ", ", ""] : [`\n${inner}`, `,\n${inner}`, `\n${depth}`];
  switch (value.kind) {
    case "nil":
      return "null";
    case "boolean":
    case "integer":
      return String(value.value);
    case "float":
      return showFloat(value.value);
    case "text":
      return JSON.stringify(value.value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
    case "list": {
      const items = value.items.map((item) => toJson(item, style, inner));
      if (items.includes(null)) return null;
      return items.length === 0 ? "[]" : `[${open}${items.join(comma)}${close}]`;
    }
    case "map": {
      const pairs = [...value.entries.values()].map((entry) => [keyOf(entry.key), toJson(entry.value, style, inner)] as const);
      if (pairs.some((pair) => pair.includes(null))) return null;
      const ordered = style.sort ? pairs.toSorted(([left], [right]) => ((left ?? "") < (right ?? "") ? -1 : 1)) : pairs;
      return ordered.length === 0 ? "{}" : `{${open}${ordered.map(([key, of]) => `${key}: ${of}`).join(comma)}${close}}`;
    }
    default:
      return null;
  }
}

/** Numbers, booleans and None are keys by their text. */
function keyOf(key: Value): string | null {
  const shown = toJson(key);
  return shown === null || shown.startsWith('"') ? shown : `"${shown}"`;
}
