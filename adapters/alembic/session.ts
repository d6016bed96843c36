import type { SourceLocation } from "../../src/model/source.ts";
import type { Interpreter } from "../../src/script/python/interpreter.ts";
import type { Stuck } from "../../src/script/stuck.ts";
import type { Value } from "../../src/script/value.ts";
import type { Catalog } from "../catalog.ts";

/** What the operations of a migration act on. */
export interface Session {
  readonly catalog: Catalog;
  readonly run: Interpreter;
  /** `naming_convention` of the metadata in env.py, by `ix`, `uq`, `ck`, `fk`, `pk`. */
  readonly conventions: ReadonlyMap<string, Value>;
  /** Major and minor of SQLAlchemy, as 2 or 1.4. */
  readonly sqlalchemy: number;
  /** `--assume fresh`: what a query gives is what the history itself put there. */
  readonly fresh: boolean;
  /** Enum types that a `create_table` of this run made. */
  readonly madeTypes: Set<string>;
  /** Sends statements; of several in one text each is sent for itself. */
  send(sql: string, location: SourceLocation): Promise<void>;
  /** Something that the reader of the history should know. */
  note(code: string, message: string, location: SourceLocation): void;
  /** A part that is not known, where what it belongs to is sent without it: a default, a comment. */
  degrade(problem: Stuck, text: string): Promise<void>;
}
