import type { LiteralNames } from "../assist/literal-names.ts";
import type { TaskName } from "../assist/prompt.ts";
import type { SqlRules } from "../assist/check-sql.ts";
import type { EdgeCase } from "../model/edge-case.ts";

/** What a model can be asked about a conversion, with what its answer is held against. */
export interface ModelQuestion {
  readonly task: TaskName;
  /** `null` where a migration as a whole is asked about. */
  readonly edgeCase: EdgeCase | null;
  readonly migration: string | null;
  /** What would be sent, masked; `null` where it cannot be masked, and nothing is sent. */
  readonly material: string | null;
  readonly names: LiteralNames;
  readonly expects: Expectation;
}

/** How an answer is judged. */
export type Expectation =
  | { readonly kind: "sql"; readonly rules: SqlRules }
  | { readonly kind: "sentence"; readonly mayName: ReadonlySet<string> }
  | { readonly kind: "choice"; readonly choices: readonly string[] };
