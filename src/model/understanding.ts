import type { ObjectRef } from "./object.ts";
import type { SourceLocation } from "./source.ts";

export type Pattern =
  | "PROGRESSIVE_TABLE_BUILD"
  | "EXPAND_CONTRACT"
  | "BACKFILL"
  | "SEED"
  | "REVERTED_CHANGE"
  | "REDUNDANT_INDEX"
  | "INITIAL_SCHEMA"
  | "SCHEMA_EXTENSION"
  | "RENAME"
  | "TYPE_CHANGE"
  | "CONSTRAINT_TIGHTENING"
  | "CONSTRAINT_LOOSENING"
  | "INDEX_TUNING"
  | "VIEW_REFRESH"
  | "ROUTINE_REPLACEMENT"
  | "ENUM_EXTENSION"
  | "PARTITIONING"
  | "PERMISSIONS"
  | "DOCUMENTATION"
  | "CLEAN_UP"
  | "DATA_FIX"
  | "EXTENSION_SETUP"
  | "MAINTENANCE"
  | "CUSTOM_CODE"
  | "MIXED"
  | "EMPTY";

/** What the squash can make of a migration. */
export type Optimization = "COMBINE_DDL" | "ELIDE" | "REORDER" | "KEEP_LAST" | "NONE";

/** Exactly the five keys of the users' document. */
export interface Understanding {
  readonly intent: string;
  readonly pattern: Pattern;
  readonly optimization: Optimization;
  readonly semantic_version: string;
  readonly confidence: number;
}

/** Lock modes of PostgreSQL, weakest first: a later one conflicts with all that an earlier one conflicts with, and more (manual, 13.3, table 13.2). */
export const lockModes = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;

export type LockMode = (typeof lockModes)[number];

/** The strongest of several modes; `null` where there is none. */
export function strongestLock(modes: readonly (LockMode | null)[]): LockMode | null {
  let best = -1;
  for (const mode of modes) if (mode !== null) best = Math.max(best, lockModes.indexOf(mode));
  return lockModes[best] ?? null;
}

export interface Hazard {
  /** The rule that found it, kebab-case: `rewrites-table`, `blocks-writes`, `scans-table`, `loses-data`, … */
  readonly rule: string;
  readonly severity: "high" | "medium" | "low";
  /** The consequence, in a sentence. */
  readonly message: string;
  /** The safer form where one exists. */
  readonly safer: string | null;
  readonly location: SourceLocation;
  readonly object: ObjectRef | null;
}

/** Whether the application of the version before still works after it (backward), the next already before it (forward), both, or neither. */
export type Compatibility = "full" | "backward" | "forward" | "none";

export interface VersionBump {
  readonly migration: string;
  readonly level: "MAJOR" | "MINOR" | "PATCH";
  readonly version: string;
  readonly reason: string;
}

/** One object through the history. */
export interface ObjectHistory {
  readonly object: ObjectRef;
  readonly identity: string;
  readonly version: string;
  /** Dropped by the head. */
  readonly dropped: boolean;
  readonly history: readonly VersionBump[];
}

export interface MigrationDependency {
  readonly migration: string;
  readonly dependsOn: string;
  /** The objects that make it so. */
  readonly through: readonly string[];
}
