import type { SourceLocation } from "../../../src/model/source.ts";
import type { Value } from "../../../src/script/value.ts";

/** An index of `Meta.indexes` or of an operation. */
export interface IndexSpec {
  readonly kind: "index";
  /** Empty where Django makes it up. */
  readonly name: string;
  /** `suffix`: the access method, `idx` for the plain one. */
  readonly suffix: "idx" | "bloom" | "brin" | "btree" | "gin" | "gist" | "hash" | "spgist";
  readonly fields: readonly { readonly name: string; readonly order: "" | "DESC" }[];
  readonly expressions: readonly Value[];
  readonly condition: Value | null;
  readonly include: readonly string[];
  readonly opclasses: readonly string[];
  readonly tablespace: string | null;
  /** `fillfactor = 70` and the like. */
  readonly parameters: readonly string[];
  readonly location: SourceLocation;
}
