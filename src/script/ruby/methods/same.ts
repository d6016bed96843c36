import { boolean, keyOf, unknown, unknownPart, type Value } from "../../value.ts";

/** `==`; of what is not known it is not known. */
export function sameValue(left: Value, right: Value): Value {
  const open = unknownPart(left) ?? unknownPart(right);
  if (open !== null) return unknown(open.reason, open.location);
  const number = (value: Value): number | null => (value.kind === "integer" || value.kind === "float" ? Number(value.value) : null);
  const [a, b] = [number(left), number(right)];
  if (a !== null && b !== null) return boolean(a === b);
  return boolean(keyOf(left) === keyOf(right));
}
