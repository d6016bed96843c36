import type { ChangeKind } from "./change.ts";
import type { AdoptedDrift } from "./drift.ts";
import type { EdgeCaseDraft } from "./edge-case.ts";
import type { SourceLocation } from "./source.ts";

/** The source tools, as `--source` spells them. */
export type ToolName = "flyway" | "liquibase" | "rails" | "alembic" | "django" | "sqitch" | "sql";

/** One thing that a migration does, in the order in which its own tool would do it. */
export type Step =
  /** One SQL statement as it will be sent, without its terminator. */
  | { readonly kind: "statement"; readonly sql: string; readonly location: SourceLocation }
  /** `COPY … FROM STDIN` and the lines that follow it, without the closing `\.`. */
  | { readonly kind: "copy"; readonly sql: string; readonly data: string; readonly location: SourceLocation }
  /** What cannot be run here: Java, shell, `\!`. A person must give its SQL. */
  | {
      readonly kind: "custom-code";
      readonly language: string;
      readonly text: string;
      readonly reason: string;
      readonly location: SourceLocation;
    };

/** Read-only questions to the shadow as it stands just before a step. SQL files do not ask any. */
export interface Inspector {
  rows(sql: string, parameters?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface MigrationFile {
  /** Relative to the project root, with `/`. */
  readonly path: string;
  readonly role: "up" | "down" | "both" | "verify" | "settings";
  /** SHA-256 of the bytes on disk, hexadecimal. */
  readonly sha256: string;
}

/** How the source tool runs a migration: in one transaction, without one, or as the file itself says (BEGIN … COMMIT in it). */
export type TransactionMode = "one" | "none" | "file";

/** One migration of the source tool. Plain data but for its two step producers, which may ask the shadow. */
export interface Migration {
  readonly kind: "migration";
  /** Unique in the history and readable: `V47`, `R__views`, `0012_add_email`. */
  readonly id: string;
  readonly type: "versioned" | "repeatable" | "baseline" | "callback";
  readonly version: string | null;
  /** The tool's description, in words. */
  readonly name: string;
  readonly author: string | null;
  /** ISO 8601; `null` where neither git nor the file name tells. */
  readonly date: string | null;
  readonly files: readonly MigrationFile[];
  /** The source tool's own checksum, as it would store it. */
  readonly checksum: string | null;
  /** Where version and checksum are not enough to know it again: the columns of the tool's own table that its files tell (id, author, file, project, …). */
  readonly entry?: Readonly<Record<string, string | null>>;
  readonly transaction: TransactionMode;
  /** Set where a folder, profile or context ties the migration to one environment. */
  readonly environment: string | null;
  /** What reading had to assume; each lowers the `read` part of the confidence. */
  readonly assumptions: readonly string[];
  /** Rows and values that it destroys are to be saved first. */
  readonly keepsData?: true;
  /** Questions found while reading (custom code, environments, secrets). */
  readonly edgeCases: readonly EdgeCaseDraft[];
  up(at: Inspector): AsyncIterable<Step>;
  /** Absent where the authors wrote no way back. */
  down?(at: Inspector): AsyncIterable<Step>;
  /** The authors' own check of the result, which raises where it is wrong; absent where they wrote none. Changes nothing that lasts. */
  verify?(at: Inspector): AsyncIterable<Step>;
  /** Set where it is no file of the source tool, but a difference that was found in a database and adopted: in words, and why. */
  readonly adopted?: Pick<AdoptedDrift, "differences" | "reason">;
  /**
   * `tool`: nobody wrote `down`, it is what the tool itself makes of the way up (Liquibase's automatic rollback). `model`: a language model did, and a person accepted it.
   * Absent: its authors wrote it.
   */
  readonly downOrigin?: "tool" | "model";
  /** What the producer of its steps found out on the shadow when it ran last: decisions that stand in no file. */
  observed?(): Observed;
}

/** Findings and questions that only a run can give: a precondition that did not hold, a lookup that gave nothing. */
export interface Observed {
  readonly findings: readonly Finding[];
  readonly edgeCases: readonly EdgeCaseDraft[];
  /** What stands in the place of `entry` since the run; absent where nothing does. */
  readonly entry?: NonNullable<Migration["entry"]>;
}

/** Something noticed that asks nothing of anybody: shown in the report. */
export interface Finding {
  readonly kind: "finding";
  readonly code: string;
  readonly message: string;
  readonly location: SourceLocation | null;
  readonly migration: string | null;
}

/** What makes at once what migrations make one after the other; checked against them. */
export interface Baseline {
  /** `start`: new databases begin with it instead (a Flyway `B` file). `dump`: the schema as somebody's database had it, written beside the migrations by the tool. */
  readonly kind: "start" | "dump";
  readonly id: string;
  /** The last migration whose effect it contains. */
  readonly through: string;
  readonly migration: Migration;
}

/** An environment that the project knows: where it was found and what belongs to it alone. */
export interface Environment {
  readonly name: string;
  readonly location: SourceLocation | null;
  readonly migrations: readonly string[];
}

/** The migrations of one project in the order in which the tool runs them on an empty database. */
export interface History {
  readonly kind: "history";
  readonly tool: ToolName;
  readonly toolVersion: string | null;
  /** The folder or changelog, relative to the root; several are joined by `, `. */
  readonly location: string;
  /** Absolute path of the project. */
  readonly root: string;
  readonly migrations: readonly Migration[];
  readonly baselines: readonly Baseline[];
  readonly environments: readonly Environment[];
  readonly findings: readonly Finding[];
  /** Statements that the tool itself runs before the first migration: schemas it creates, `SET search_path`. */
  readonly preparation: readonly string[];
  /** Sent before every migration so that settings of one do not leak into the next where the tool resets them. */
  readonly resetBetween: readonly string[];
  /** The tool's own tables, `schema.name` or `name`: kept out of the converted history. */
  readonly bookkeeping: readonly string[];
  /** SQL that makes those tables as the tool would have, for migrations that read or write them. */
  readonly bookkeepingSql: readonly string[];
  /** Kinds of change for which the tool leaves the transaction of its own accord. */
  readonly runsOutsideTransaction: readonly ChangeKind[];
}
