import type { SourceLocation } from "../../model/source.ts";
import { Stuck } from "../stuck.ts";
import { boolean, unknown, type Value } from "../value.ts";

/** Whether a condition holds. Throws `Stuck` where that is not known. */
export function isTruthy(value: Value, location: SourceLocation): boolean {
  switch (value.kind) {
    case "unknown":
      throw new Stuck(`which way it goes depends on what is not known: ${value.reason}`, location);
    case "nil":
      return false;
    case "boolean":
      return value.value;
    case "integer":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "text":
    case "symbol":
      return value.value !== "";
    case "list":
      return value.items.length > 0;
    case "map":
      return value.entries.size > 0;
    case "range":
    case "pattern":
    case "callable":
    case "thing":
      return true;
  }
}

/** `not value`; of what is not known it is not known either. */
export function negate(value: Value, location: SourceLocation): Value {
  return value.kind === "unknown" ? unknown(value.reason, value.location) : boolean(!isTruthy(value, location));
}
