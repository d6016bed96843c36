import type { SourceLocation } from "../../model/source.ts";
import { unknown, type Text, type Unknown, type Value } from "../value.ts";
import { isPlainValue, isEnum } from "./enums.ts";
import type { Interpreter } from "./interpreter.ts";
import { showSimple } from "./show.ts";
import { isClass, isInstance } from "./things.ts";

/** `str(value)`. What has no text of its own here is unknown. */
export async function showValue(
  value: Value,
  { run, location }: { readonly run: Interpreter; readonly location: SourceLocation },
): Promise<Text | Unknown> {
  const simple = showSimple(value);
  if (simple !== null) return { kind: "text", value: simple };
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  if (value.kind === "thing") {
    if (isInstance(value) && isEnum(value.class)) return enumText(value.class, value);
    const method = isClass(value) ? null : await run.find(value, "__str__", location);
    const shown = method === null ? null : await run.call(method, { positional: [], keywords: null, block: null, location });
    if (shown?.kind === "text") return shown;
  }
  return unknown(`the text of ${value.kind === "thing" ? value.name : `a ${value.kind}`} is not known`, location);
}

function enumText(
  of: Parameters<typeof isPlainValue>[0],
  { name, attributes }: { readonly name: string; readonly attributes: ReadonlyMap<string, Value> },
): Text {
  const value = attributes.get("value");
  const plain = isPlainValue(of) && value !== undefined ? showSimple(value) : null;
  return { kind: "text", value: plain ?? name };
}
