import type { SourceLocation } from "../../../src/model/source.ts";
import type { Arguments, Value } from "../../../src/script/value.ts";
import type { Session } from "../session.ts";
import { optionText } from "../values.ts";

/** An operation: what it sends, and what it gives back. */
export type Operation = (call: Arguments, at: At) => Promise<Value>;

export interface At {
  readonly session: Session;
  readonly location: SourceLocation;
}

/** The schema that an operation names; `null` for the one of the search path. */
export function schemaOf(call: Arguments): string | null {
  return optionText(call, "schema");
}
