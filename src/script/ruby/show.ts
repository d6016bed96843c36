import type { SourceLocation } from "../../model/source.ts";
import { unknown, type Text, type Unknown, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";

/** `to_s`. What has no text of its own here is unknown. */
export async function showValue(
  value: Value,
  place: { readonly frame: Frame | null; readonly run: Interpreter; readonly location: SourceLocation },
): Promise<Text | Unknown> {
  const simple = showSimple(value);
  if (simple !== null) return { kind: "text", value: simple };
  if (value.kind === "list" || value.kind === "map") {
    const inspected = inspectValue(value);
    if (inspected !== null) return { kind: "text", value: inspected };
  }
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  if (value.kind === "thing") {
    const shown = await value.receive({ name: "to_s", positional: [], keywords: null, block: null, location: place.location });
    if (shown?.kind === "text") return shown;
  }
  return unknown(`the text of ${value.kind === "thing" ? value.name : `a ${value.kind}`} is not known`, place.location);
}

/** `to_s` of what is one value in itself; `null` for the rest. */
export function showSimple(value: Value): string | null {
  switch (value.kind) {
    case "nil":
      return "";
    case "boolean":
    case "integer":
      return String(value.value);
    case "float":
      return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
    case "text":
    case "symbol":
      return value.value;
    default:
      return null;
  }
}

/** `inspect`; `null` where a part has none that is known. */
export function inspectValue(value: Value): string | null {
  switch (value.kind) {
    case "nil":
      return "nil";
    case "text":
      return JSON.stringify(value.value).replaceAll("#{", "\\#{");
    case "symbol":
      return /^[a-z_]\w*[?!=]?$/i.test(value.value) ? `:${value.value}` : `:${JSON.stringify(value.value)}`;
    case "list": {
      const items = value.items.map(inspectValue);
      return items.includes(null) ? null : `[${items.join(", ")}]`;
    }
    case "map": {
      const pairs = [...value.entries.values()].map((entry) => [inspectValue(entry.key), inspectValue(entry.value)]);
      return pairs.flat().includes(null) ? null : `{${pairs.map(([key, of]) => `${key}=>${of}`).join(", ")}}`;
    }
    default:
      return showSimple(value);
  }
}
