import type { SourceLocation } from "../../../src/model/source.ts";
import type { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import type { FieldView, ModelView } from "../state/view.ts";
import type { Catalog } from "./catalog.ts";
import type { DeferredStatements } from "./deferred.ts";

/** What the schema editor of one migration works with. */
export interface Editor {
  /** Major and minor of the Django that runs it, as 4.2. */
  readonly version: number;
  readonly catalog: Catalog;
  readonly deferred: DeferredStatements;
  /** Sends a text, of one statement or several. */
  execute(sql: string): Promise<void>;
  /** Something that was taken to be so. */
  note(code: string, message: string, location: SourceLocation): void;
  /** The value that rows which are there would get is not known. */
  unknownDefault(view: FieldView, problem: Stuck): void;
  /** Calls a function of the project without arguments. */
  call(callee: Value): Promise<Value>;
  /** An expression of Django's query language as SQL. Throws `Stuck` where it is not understood. */
  expression(value: Value, model: ModelView, location: SourceLocation): string;
}
