import type { SourceLocation } from "../../model/source.ts";
import { Stuck } from "../stuck.ts";
import { boolean, unknown, type Value } from "../value.ts";

/** Whether a condition holds. Throws `Stuck` where that is not known. */
export function isTruthy(value: Value, location: SourceLocation): boolean {
  if (value.kind === "unknown") throw new Stuck(`which way it goes depends on what is not known: ${value.reason}`, location);
  return !(value.kind === "nil" || (value.kind === "boolean" && !value.value));
}

/** `!value`; of what is not known it is not known either. */
export function negate(value: Value, location: SourceLocation): Value {
  return value.kind === "unknown" ? unknown(value.reason, value.location) : boolean(!isTruthy(value, location));
}
