import type { AppliedHistory } from "../src/model/applied.ts";
import type { Result } from "../src/model/failure.ts";
import type { History, Inspector, Migration, ToolName } from "../src/model/history.ts";

/** What the user said about reading. Every field is optional in meaning: an empty value leaves it to the project's own settings. */
export interface ReadOptions {
  /** Absolute path of the project or of the folder of migrations. Nothing outside it is read. */
  readonly root: string;
  /** `--location`, in the tool's own form (`filesystem:sql`, `classpath:db/migration`, a relative path). */
  readonly locations: readonly string[];
  /** `--placeholder NAME=VALUE`; for plain SQL the psql variables. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** `--schema`: the schemas that the tool manages, default first. */
  readonly schemas: readonly string[];
  readonly changelog: string | null;
  readonly contexts: readonly string[];
  readonly labels: readonly string[];
  /** `--assume NAME=VALUE`: environment variables, settings, the tool's version. */
  readonly assumptions: Readonly<Record<string, string>>;
  /** The environment or profile whose settings count, where the project has several. */
  readonly environment: string | null;
  /** Files that count with another content than they have, or that are gone: what a database says was run. By path relative to the root, with `/`. */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
}

/** What the tool's own table says of a migration once it was applied, as far as a plan or a history knows it. */
export interface Stamp {
  readonly migration: Pick<Migration, "id" | "name" | "checksum" | "files" | "entry">;
  /** Of the history or the plan: the folders that scripts are named from, joined by `, `. */
  readonly location: string;
  /** Quoted and schema-qualified. */
  readonly table: string;
  /** `null`: the role that runs it. */
  readonly by: string | null;
  readonly executionMs: number;
}

/** Where a tool's table was found, and what the history says of its tables. */
export interface OwnTables {
  /** Quoted and schema-qualified. */
  readonly table: string;
  readonly bookkeeping: History["bookkeeping"];
}

/** The table in which a tool notes what it has applied. Its statements are for the transaction in which the migration runs. */
export interface SchemaHistory {
  /** The table with its rows matched to the history; `null` where there is none. Fails where there are several, or the role may not read it. */
  read(at: Inspector, history: Pick<History, "bookkeeping" | "migrations">): Promise<Result<AppliedHistory | null>>;
  /** Statements that make the table as the tool does. */
  create(table: string): readonly string[];
  /** Statements that enter a migration that pggit ran; none for what the tool itself does not enter. */
  stamp(stamp: Stamp): readonly string[];
  /** Statements after which the tool sees a migration that was rolled back as not applied. */
  unstamp(stamp: Pick<Stamp, "migration" | "table">): readonly string[];
  /** Who holds the lock by which the tool's runs keep out of each other's way, in words; `null` where nobody does. Absent where it has no lock that stays behind its transactions. */
  lockHolder?(at: Inspector, tables: OwnTables): Promise<string | null>;
  /** Statements that keep the tool from taking its lock until the transaction ends; they fail where it has it. */
  takeLock?(tables: OwnTables): readonly string[];
  /** Whether a file with this content is the one that a row was made from. */
  isSource(content: Uint8Array, row: AppliedHistory["rows"][number]): boolean;
}

/** Why an adapter thinks that a folder is its tool's. */
export interface Detection {
  readonly tool: ToolName;
  /** Relative to the root. */
  readonly location: string;
  /** From a lock file or build file; `null` where none says it. */
  readonly toolVersion: string | null;
  /** What was seen, in words: `src/main/resources/db/migration has 141 V files`. */
  readonly evidence: readonly string[];
  /** How many migration files there are. */
  readonly migrations: number;
}

/** One source tool. `detect` looks, `read` gives the whole history or every failure that kept it from doing so. */
export interface Adapter {
  readonly tool: ToolName;
  /** Every project of this tool under `root`; an empty list where there is none. Reads names and settings only. */
  detect(root: string): Promise<readonly Detection[]>;
  read(options: ReadOptions): Promise<Result<History>>;
  /** Absent where the tool keeps no table, or none that is understood. */
  readonly schemaHistory?: SchemaHistory;
}
