import type { Change } from "./change.ts";
import type { AdoptedDrift } from "./drift.ts";
import type { EdgeCase } from "./edge-case.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding, MigrationFile, ToolName } from "./history.ts";
import type { ObjectKind } from "./object.ts";
import type { Rollback, RollbackProof } from "./rollback.ts";
import type { SourceLocation } from "./source.ts";
import type { Merge, SquashProof } from "./squash.ts";
import type { Compatibility, Hazard, LockMode, MigrationDependency, ObjectHistory, Understanding } from "./understanding.ts";

/** Bulk data is referred to by its hash; the bytes stand in `up.sql`. */
export interface DataReference {
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

export interface PlanStatement {
  readonly sql: string;
  readonly data: DataReference | null;
  readonly location: SourceLocation;
  readonly change: readonly Pick<Change, "kind" | "effect">[];
  readonly objects: { readonly reads: readonly string[]; readonly writes: readonly string[] };
  readonly lock: LockMode | null;
  readonly hazards: readonly Hazard[];
  readonly transactional: boolean;
  /** Whether the replay ran it: `done`, or why not. */
  readonly outcome: string;
}

export interface PlanRollback extends Pick<
  Rollback,
  "status" | "origin" | "upLoses" | "downLoses" | "check" | "reason" | "backup" | "noBackup"
> {
  readonly sql: readonly string[];
  readonly proof: RollbackProof | null;
  /** Candidates that lost, with what they did not restore. */
  readonly rejected: readonly RollbackProof[];
}

export interface PlanMigration {
  readonly id: string;
  readonly name: string;
  readonly author: string | null;
  readonly date: string | null;
  readonly files: readonly MigrationFile[];
  readonly checksum: string | null;
  /** The columns of the source tool's own table that its files tell; absent where version and checksum are enough. */
  readonly entry?: Readonly<Record<string, string | null>>;
  /** Of a difference that was found in a database and became a migration; absent for the source tool's own. */
  readonly adopted?: Pick<AdoptedDrift, "differences" | "reason">;
  /** The folder under `migrations/`. */
  readonly folder: string;
  readonly up: readonly PlanStatement[];
  readonly rollback: PlanRollback;
  readonly understanding: Understanding;
  readonly compatibility: Compatibility;
  readonly evidence: readonly Evidence[];
  readonly edgeCases: readonly string[];
}

/** One object of the schema with its versions. `kind` is an `ObjectKind`. */
export interface PlanObject extends Omit<ObjectHistory, "object"> {
  readonly kind: ObjectKind;
}

export interface PlanBranch {
  readonly name: string;
  readonly environment: string | null;
  readonly database: string | null;
  readonly migrations: readonly string[];
}

/** One question that a language model was asked, and what came of its reply. No word of the question is in it, and no secret. */
export interface AskedOfModel {
  readonly task: "convert-program" | "suggest-rollback" | "explain-intent" | "map-environment" | "order-circle";
  /** The edge case; `null` where a migration as a whole was asked about. */
  readonly question: string | null;
  readonly migration: string | null;
  readonly provider: string;
  readonly model: string;
  /** Host and port of the address. */
  readonly endpoint: string;
  readonly prompt: { readonly version: number; readonly sha256: string };
  /** SHA-256 of what was sent, and of the reply. */
  readonly request: string;
  readonly reply: string;
  readonly tokens: { readonly input: number; readonly output: number };
  /** In the currency of the configured price; `null` where none is. */
  readonly cost: number | null;
  /** `suggested`: it stands with the question. `explained`: `text` is the model's sentence, which nothing proves. `failed`: `text` says why it is no suggestion. */
  readonly outcome: "suggested" | "explained" | "failed";
  readonly text: string;
  /** How sure the model says it is, 0 to 1: kept, and counted nowhere. `null` where there is no reply of the right form. */
  readonly opinion: number | null;
}

export interface Approval {
  readonly as: string;
  readonly role: string | null;
  readonly at: string;
  readonly contentId: string;
  readonly decisionsId: string;
}

/**
 * How the conversion was asked for, so that it can be made again with other decisions. Values of placeholders and assumptions are left out: one may be a
 * secret. No part of the content.
 */
export interface PlanRequest {
  /** Folder of the project, relative to the plan's own, with `/`. */
  readonly project: string;
  /** The reading flags that were given, as `migrate` spells them; paths are relative to the plan's folder. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[]>>;
  /** Flags with a value that has to be given again: `--placeholder app_role`, `--assume …`, `--database`. */
  readonly again: readonly string[];
}

export interface PlanSummary {
  readonly operations: number;
  readonly confidence: number;
  readonly minimumConfidence: number;
  readonly risk: "LOW" | "MEDIUM" | "HIGH";
  readonly rollbacks: RollbackCounts;
  readonly version: string;
}

export interface RollbackCounts {
  readonly proven: number;
  readonly provenConditional: number;
  readonly provenLossy: number;
  readonly irreversible: number;
  readonly unproven: number;
  /** Share of migrations with any proven rollback, 0 to 1. */
  readonly coverage: number;
}

/** What the source tool does around its migrations, and its own tables: what a run on a real database must do likewise and leave alone. */
export interface PlanSurroundings {
  /** Sent before every migration. */
  readonly resetBetween: readonly string[];
  /** The tool's own tables, `schema.name` or `name`. */
  readonly bookkeeping: readonly string[];
  /** SQL that makes them as the tool would, for migrations that read or write them. */
  readonly bookkeepingSql: readonly string[];
}

/** `migration_plan_YYYYMMDD.json`, format version 1. See `docs/formats.md`. */
export interface Plan {
  readonly formatVersion: 1;
  readonly contentId: string;
  readonly decisionsId: string;
  readonly source: {
    readonly tool: ToolName;
    readonly toolVersion: string | null;
    readonly location: string;
    readonly migrations: number;
    readonly from: string | null;
    readonly to: string | null;
  };
  readonly engine: { readonly postgres: string; readonly embedded: boolean };
  readonly surroundings: PlanSurroundings;
  readonly summary: PlanSummary;
  readonly migrations: readonly PlanMigration[];
  readonly order: readonly string[];
  readonly dependencies: readonly MigrationDependency[];
  readonly squash: {
    readonly statements: readonly {
      readonly sql: string;
      readonly data: DataReference | null;
      readonly migrations: readonly string[];
      readonly transactional: boolean;
    }[];
    readonly merges: readonly Merge[];
    readonly takenBack: readonly { readonly merge: Merge; readonly difference: string }[];
    readonly kept: readonly { readonly migration: string; readonly sql: string; readonly reason: string }[];
    readonly elided: readonly { readonly migration: string; readonly sql: string; readonly reason: string }[];
    readonly proof: SquashProof;
  };
  readonly objects: readonly PlanObject[];
  readonly branches: readonly PlanBranch[];
  readonly edgeCases: readonly EdgeCase[];
  readonly findings: readonly Finding[];
  readonly approvals: readonly Approval[];
  /** What a language model was asked; absent where none was. */
  readonly assistance?: readonly AskedOfModel[];
  readonly request?: PlanRequest;
}
