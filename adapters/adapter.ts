import type { Result } from "../src/model/failure.ts";
import type { History, ToolName } from "../src/model/history.ts";

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
}
