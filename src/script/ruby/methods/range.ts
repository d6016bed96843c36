import { boolean, nil, type Message, type Value } from "../../value.ts";

type Range = Extract<Value, { readonly kind: "range" }>;

/** What a range answers by its ends alone; `null` for what needs what lies between. */
export function rangeMethods({ from, to, exclusive }: Range, { name, positional: [value = nil] }: Message): Value | null {
  if (name === "begin" || name === "min") return from;
  if (name === "end") return to;
  if (!["===", "include?", "cover?", "member?"].includes(name)) return null;
  const number = (each: Value): number | null => (each.kind === "integer" || each.kind === "float" ? Number(each.value) : null);
  const at = number(value);
  if (at === null) return value.kind === "unknown" || from.kind === "text" ? null : boolean(false);
  const [low, high] = [number(from) ?? -Infinity, number(to) ?? Infinity];
  return boolean(at >= low && (exclusive ? at < high : at <= high));
}
