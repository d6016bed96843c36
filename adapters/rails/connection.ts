import type { SourceLocation } from "../../src/model/source.ts";
import type { Interpreter } from "../../src/script/ruby/interpreter.ts";
import type { Value } from "../../src/script/value.ts";
import type { Call } from "./call.ts";
import type { Catalog } from "../catalog.ts";
import type { Inflector } from "./inflector.ts";

/** What the operations of a migration act on. */
export interface Connection {
  /** The rules that hold for this caller: the version in `Migration[6.1]`, or the installed one for what goes to the connection itself. */
  readonly level: number;
  /** The version of Rails that runs the migrations, as 7.2. */
  readonly installed: number;
  /** What `datetime` is called (`PostgreSQLAdapter.datetime_type`). */
  readonly datetimeType: string;
  readonly catalog: Catalog;
  /** The versions that are in `schema_migrations` when the migration runs. */
  readonly versionsBefore: readonly string[];
  readonly inflect: Inflector;
  /** The gem schema_plus is there: `add_column` takes `index:`, and an index may pass over case. */
  readonly schemaPlus: boolean;
  readonly run: Interpreter;
  /** A file of the project, `null` where there is none. */
  readFile(path: string): string | null;
  /** Sends statements; of several in one text each is sent for itself. */
  send(sql: string, location: SourceLocation): Promise<void>;
  /** Something that the reader of the history should know. */
  note(code: string, message: string, location: SourceLocation): void;
}

/** One operation: what it sends, and what it gives back. */
export type Operation = (call: Call, at: Connection) => Promise<Value>;
