import { integer, keyOf, nil, type Value } from "../../value.ts";
import { showSimple } from "../show.ts";

/** The order of two values (`<=>`); of unlike ones that of their texts. */
export function order(left: Value, right: Value): number {
  if (left.kind === "list" && right.kind === "list") {
    for (const [at, item] of left.items.entries()) {
      const compared = order(item, right.items[at] ?? nil);
      if (compared !== 0) return compared;
    }
    return left.items.length - right.items.length;
  }
  if ((left.kind === "integer" || left.kind === "float") && (right.kind === "integer" || right.kind === "float"))
    return Number(left.value) - Number(right.value);
  const [a, b] = [showSimple(left) ?? "", showSimple(right) ?? ""];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Lists within lists as one. */
export function flatten(items: readonly Value[]): readonly Value[] {
  return items.flatMap((item) => (item.kind === "list" ? flatten(item.items) : [item]));
}

/** Each value once, where it stood first. */
export function unique(items: readonly Value[]): readonly Value[] {
  const found = new Map<string, Value>();
  for (const item of items) if (!found.has(keyOf(item))) found.set(keyOf(item), item);
  return [...found.values()];
}

/** The sum of numbers; `null` where one is none. */
export function numbers(items: readonly Value[]): Value | null {
  if (items.every((item) => item.kind === "integer"))
    return integer(items.reduce((sum, item) => sum + (item.kind === "integer" ? item.value : 0n), 0n));
  return items.every((item) => item.kind === "integer" || item.kind === "float")
    ? { kind: "float", value: items.reduce((sum, item) => sum + Number(showSimple(item)), 0) }
    : null;
}
