import type { SourceLocation } from "../../../src/model/source.ts";
import type { Value } from "../../../src/script/value.ts";

export interface CheckConstraint {
  readonly kind: "check";
  readonly name: string;
  readonly condition: Value;
  readonly location: SourceLocation;
}

export interface UniqueConstraint {
  readonly kind: "unique";
  readonly name: string;
  readonly fields: readonly string[];
  readonly expressions: readonly Value[];
  readonly condition: Value | null;
  readonly deferrable: Deferrable;
  readonly include: readonly string[];
  readonly opclasses: readonly string[];
  /** `null`: not said. */
  readonly nullsDistinct: boolean | null;
  readonly location: SourceLocation;
}

export interface ExclusionConstraint {
  readonly kind: "exclusion";
  readonly name: string;
  readonly expressions: readonly { readonly expression: Value; readonly operator: string }[];
  readonly indexType: string;
  readonly condition: Value | null;
  readonly deferrable: Deferrable;
  readonly include: readonly string[];
  readonly opclasses: readonly string[];
  readonly location: SourceLocation;
}

export type Deferrable = "no" | "deferred" | "immediate";

/** A constraint of `Meta.constraints` or of an operation. */
export type Constraint = CheckConstraint | UniqueConstraint | ExclusionConstraint;

/** `_deferrable_constraint_sql`. */
export function deferrableSql(deferrable: Deferrable): string {
  return deferrable === "no" ? "" : ` DEFERRABLE INITIALLY ${deferrable.toUpperCase()}`;
}
