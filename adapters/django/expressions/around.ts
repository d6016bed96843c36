import type { SourceLocation } from "../../../src/model/source.ts";
import type { Value } from "../../../src/script/value.ts";
import type { FieldView, ModelView } from "../state/view.ts";

/** Where an expression stands. */
export interface Around {
  readonly model: ModelView;
  readonly version: number;
  readonly location: SourceLocation;
}

/** An expression as SQL. `field`: what the column that it is comes from, where it is one. */
export interface Compiled {
  readonly sql: string;
  readonly field: FieldView | null;
  readonly kind: "column" | "condition" | "expression" | "value";
}

/** What the parts of an expression are compiled with. */
export interface Compiling extends Around {
  readonly compile: (value: Value) => Compiled;
  /** A field by name, with the transforms behind it. */
  readonly column: (path: string) => Compiled;
  readonly condition: (value: Value) => string;
}

/** The path under which an operator on expressions or conditions is kept: `F("a") + 1`, `Q(…) & Q(…)`. */
export const combinedPath = "django.db.models.Combined";
